extension FlowEvent {
  /// Reads one line of `-o jsonpb`.
  ///
  /// Both the names of the `.proto` files and their lower camel case are read; unknown fields are ignored. A flow
  /// without its envelope is refused, where hubble would silently print nothing.
  public init(json line: some Sequence<UInt8>) throws(FlowReadError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: Array(line))
    } catch {
      throw FlowReadError(path: "", reason: "not JSON: \(error.reason) at byte \(error.offset)")
    }
    let envelope = try MessageReader(value, path: "")
    let content: Content
    if let flow = try envelope.message("flow") {
      content = .flow(try Flow(flow))
    } else if let lost = try envelope.message("lost_events") {
      content = .lostEvents(try LostEvents(lost))
    } else if let status = try envelope.message("node_status") {
      content = .nodeStatus(try NodeStatus(status))
    } else {
      throw FlowReadError(path: "", reason: "none of flow, lost_events and node_status is set")
    }
    self.init(content, nodeName: try envelope.text("node_name"), time: try envelope.time("time"))
  }

  public init(json line: String) throws(FlowReadError) {
    try self.init(json: line.utf8)
  }
}

extension Flow {
  /// Reads a line of `-o jsonpb` that holds a flow.
  public init(json line: String) throws(FlowReadError) {
    guard let flow = try FlowEvent(json: line).flow else {
      throw FlowReadError(path: "", reason: "the event is not a flow")
    }
    self = flow
  }

  init(_ message: MessageReader) throws(FlowReadError) {
    self.init()
    try readHead(message)
    try readEnds(message)
    try readEvent(message)
    try readTail(message)
  }

  private mutating func readHead(_ message: MessageReader) throws(FlowReadError) {
    time = try message.time("time")
    let uuidText = try message.text("uuid")
    uuid = FlowUUID(uuidText)
    if uuid == nil, !uuidText.isEmpty { throw message.error("uuid", "\"\(uuidText)\" is not a UUID") }
    if let emitter = try message.message("emitter") {
      self.emitter = Emitter(name: try emitter.text("name"), version: try emitter.text("version"))
    }
    verdict = try message.enumeration("verdict", zero: .unknown)
    dropReason = try Self.readDropReason(message)
    authType = try message.enumeration("auth_type", zero: .disabled)
    if let ethernet = try message.message("ethernet") {
      self.ethernet = Ethernet(
        source: try ethernet.macAddress("source"), destination: try ethernet.macAddress("destination"))
    }
    ip = try Self.readIP(message)
    l4 = try Layer4(in: message)
    if let tunnel = try message.message("tunnel") {
      self.tunnel = Tunnel(
        encapsulation: try tunnel.enumeration("protocol", zero: .unknown), ip: try Self.readIP(tunnel),
        l4: try Layer4(in: tunnel), vni: try tunnel.number("vni"))
    }
  }

  /// The described reason, else the number: a name newer than this table is no error while the number is there.
  private static func readDropReason(_ message: MessageReader) throws(FlowReadError) -> DropReason {
    let number = DropReason(rawValue: try message.number("drop_reason"))
    switch message.any("drop_reason_desc") {
    case nil: return number
    case .string(let name):
      if let reason = DropReason(protobufName: name) { return reason }
      guard number != .unknown else { throw message.error("drop_reason_desc", "unknown name \"\(name)\"") }
      return number
    default: return DropReason(rawValue: try message.number("drop_reason_desc"))
    }
  }

  private static func readIP(_ message: MessageReader) throws(FlowReadError) -> IP? {
    guard let ip = try message.message("IP") else { return nil }
    guard let source = try ip.address("source") else { throw ip.error("source", "missing") }
    guard let destination = try ip.address("destination") else { throw ip.error("destination", "missing") }
    return IP(
      source: source, destination: destination, translatedSource: try ip.address("source_xlated"),
      encrypted: try ip.flag("encrypted") ?? false)
  }

  private mutating func readEnds(_ message: MessageReader) throws(FlowReadError) {
    if let source = try message.message("source") { self.source = try FlowEndpoint(source) }
    if let destination = try message.message("destination") { self.destination = try FlowEndpoint(destination) }
    self.sourceNames = try message.texts("source_names")
    self.destinationNames = try message.texts("destination_names")
    self.sourceService = try Self.readService(message, "source_service")
    self.destinationService = try Self.readService(message, "destination_service")
  }

  private static func readService(_ message: MessageReader, _ field: String) throws(FlowReadError) -> Service? {
    guard let service = try message.message(field) else { return nil }
    return Service(name: try service.text("name"), namespace: try service.text("namespace"))
  }

  private mutating func readEvent(_ message: MessageReader) throws(FlowReadError) {
    type = try message.enumeration("Type", zero: .unknown)
    self.nodeName = try message.text("node_name")
    self.nodeLabels = try message.texts("node_labels")
    self.l7 = try message.message("l7").map { message throws(FlowReadError) in try Layer7(message) }
    isReply = try message.flag("is_reply")
    if let event = try message.message("event_type") {
      eventType = EventType(type: try event.number("type"), subType: try event.number("sub_type"))
    }
    trafficDirection = try message.enumeration("traffic_direction", zero: .unknown)
    policyMatchType = PolicyMatchType(rawValue: try message.number("policy_match_type"))
    traceObservationPoint = try message.enumeration("trace_observation_point", zero: .unknown)
    traceReason = try message.enumeration("trace_reason", zero: .unknown)
    if let file = try message.message("file") {
      self.file = FileInfo(name: try file.text("name"), line: try file.number("line"))
    }
    if let id = try message.message("ip_trace_id") {
      self.ipTraceID = IPTraceID(traceID: try id.number("trace_id"), ipOptionType: try id.number("ip_option_type"))
    }
    debugCapturePoint = try message.enumeration("debug_capture_point", zero: .unknown)
    if let interface = try message.message("interface") {
      self.interface = Interface(index: try interface.number("index"), name: try interface.text("name"))
    }
  }

  private mutating func readTail(_ message: MessageReader) throws(FlowReadError) {
    self.proxyPort = try message.number("proxy_port")
    self.traceID = try message.message("trace_context")?.message("parent")?.text("trace_id") ?? ""
    self.socketTranslationPoint = try message.enumeration("sock_xlate_point", zero: .unknown)
    self.socketCookie = try message.number("socket_cookie")
    self.cgroupID = try message.number("cgroup_id")
    let text = try message.text("Summary")
    summary = text.isEmpty ? .none : .text(text)
    self.extensions = try Extensions(in: message)
    self.egressAllowedBy = try Self.readPolicies(message, "egress_allowed_by")
    self.ingressAllowedBy = try Self.readPolicies(message, "ingress_allowed_by")
    self.egressDeniedBy = try Self.readPolicies(message, "egress_denied_by")
    self.ingressDeniedBy = try Self.readPolicies(message, "ingress_denied_by")
    self.policyLog = try message.texts("policy_log")
  }

  private static func readPolicies(_ message: MessageReader, _ field: String) throws(FlowReadError) -> [Policy] {
    try message.messages(field).map { policy throws(FlowReadError) in
      Policy(
        name: try policy.text("name"), namespace: try policy.text("namespace"), labels: try policy.texts("labels"),
        revision: try policy.number("revision"), kind: try policy.text("kind"))
    }
  }
}
