extension FlowFilter {
  /// Reads a filter in the JSON of `flow.FlowFilter`, as `--allowlist` takes it.
  public init(json text: String) throws(FlowFilterError) {
    let fields: FlowFilterFields
    do {
      fields = try FlowFilterFields(MessageReader(JSONValue(parsing: Array(text.utf8)), path: ""))
    } catch let error as FlowReadError {
      throw FlowFilterError("not a filter: \(error)")
    } catch let error as JSONValue.SyntaxError {
      throw FlowFilterError("not JSON: \(error.reason) at byte \(error.offset)")
    } catch {
      throw FlowFilterError("not a filter")
    }
    try self.init(fields)
  }
}

extension FlowFilterFields {
  init(_ message: MessageReader) throws(FlowReadError) {
    self.init()
    uuids = try message.texts("uuid")
    source = try End(message, "source")
    destination = try End(message, "destination")
    translatedSourceAddresses = try message.texts("source_ip_xlated")
    trafficDirections = try message.enumerations("traffic_direction")
    verdicts = try message.enumerations("verdict")
    for name in try message.texts("drop_reason_desc") {
      guard let reason = Flow.DropReason(protobufName: name) else {
        throw message.error("drop_reason_desc", "unknown name \"\(name)\"")
      }
      dropReasons.append(reason)
    }
    interfaces = try message.messages("interface").map { item throws(FlowReadError) in try item.text("name") }
    eventTypes = try message.messages("event_type").map { item throws(FlowReadError) in
      EventType(
        type: try item.number("type"),
        subType: try item.flag("match_sub_type") == true ? try item.number("sub_type") : nil)
    }
    protocols = try message.texts("protocol")
    replies = try message.flags("reply")
    encrypted = try message.flags("encrypted")
    tcpFlags = try message.messages("tcp_flags").map { item throws(FlowReadError) in try Flow.TCPFlags(item) }
    ipVersions = try message.enumerations("ip_version")
    traceIDs = try message.texts("trace_id")
    ipTraceIDs = try message.numbers("ip_trace_id")
    nodeNames = try message.texts("node_name")
    nodeLabels = try message.texts("node_labels")
    try readMessageFields(message)
  }

  private mutating func readMessageFields(_ message: MessageReader) throws(FlowReadError) {
    httpStatusCodes = try message.texts("http_status_code")
    httpMethods = try message.texts("http_method")
    httpPaths = try message.texts("http_path")
    httpURLs = try message.texts("http_url")
    httpHeaders = try message.messages("http_header").map { item throws(FlowReadError) in
      Flow.HTTP.Header(key: try item.text("key"), value: try item.text("value"))
    }
    dnsQueries = try message.texts("dns_query")
  }
}

extension FlowFilterFields.End {
  /// Reads the fields whose names begin with `prefix`: `source` or `destination`.
  init(_ message: MessageReader, _ prefix: String) throws(FlowReadError) {
    self.init()
    addresses = try message.texts("\(prefix)_ip")
    pods = try message.texts("\(prefix)_pod")
    fqdns = try message.texts("\(prefix)_fqdn")
    labels = try message.texts("\(prefix)_label")
    services = try message.texts("\(prefix)_service")
    ports = try message.texts("\(prefix)_port")
    identities = try message.numbers("\(prefix)_identity")
    clusterNames = try message.texts("\(prefix)_cluster_name")
    workloads = try message.messages("\(prefix)_workload").map { item throws(FlowReadError) in
      FlowEndpoint.Workload(name: try item.text("name"), kind: try item.text("kind"))
    }
  }
}
