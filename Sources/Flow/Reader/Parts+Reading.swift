extension FlowEndpoint {
  init(_ message: MessageReader) throws(FlowReadError) {
    self.init(
      id: try message.number("ID"), identity: try message.number("identity"),
      clusterName: try message.text("cluster_name"), namespace: try message.text("namespace"),
      labels: try message.texts("labels"), podName: try message.text("pod_name"),
      workloads: try message.messages("workloads").map { workload throws(FlowReadError) in
        Workload(name: try workload.text("name"), kind: try workload.text("kind"))
      })
  }
}

extension Flow.Layer4 {
  init?(in message: MessageReader) throws(FlowReadError) {
    guard let l4 = try message.message("l4") else { return nil }
    if let tcp = try l4.message("TCP") {
      self = .tcp(
        Flow.TCP(
          source: try tcp.number("source_port"), destination: try tcp.number("destination_port"),
          flags: try tcp.message("flags").map { flags throws(FlowReadError) in try Flow.TCPFlags(flags) }))
    } else if let udp = try l4.message("UDP") {
      self = .udp(try Flow.Ports(udp))
    } else if let sctp = try l4.message("SCTP") {
      self = .sctp(try Flow.Ports(sctp))
    } else if let icmp = try l4.message("ICMPv4") {
      self = .icmpv4(try Flow.ICMP(icmp))
    } else if let icmp = try l4.message("ICMPv6") {
      self = .icmpv6(try Flow.ICMP(icmp))
    } else if let vrrp = try l4.message("VRRP") {
      self = .vrrp(
        Flow.VRRP(
          type: try vrrp.number("type"), routerID: try vrrp.number("vrid"), priority: try vrrp.number("priority")))
    } else if let igmp = try l4.message("IGMP") {
      self = .igmp(Flow.IGMP(type: try igmp.number("type"), group: try igmp.address("group_address")))
    } else {
      return nil
    }
  }
}

extension Flow.TCPFlags {
  init(_ message: MessageReader) throws(FlowReadError) {
    self = []
    for (flag, name) in Self.names where try message.flag(name.description) == true { insert(flag) }
  }
}

extension Flow.Ports {
  init(_ message: MessageReader) throws(FlowReadError) {
    self.init(source: try message.number("source_port"), destination: try message.number("destination_port"))
  }
}

extension Flow.ICMP {
  init(_ message: MessageReader) throws(FlowReadError) {
    self.init(type: try message.number("type"), code: try message.number("code"))
  }
}

extension Flow.Layer7 {
  init(_ message: MessageReader) throws(FlowReadError) {
    let record: Record
    if let dns = try message.message("dns") {
      record = .dns(
        Flow.DNS(
          query: try dns.text("query"), addresses: try dns.texts("ips"), ttl: try dns.number("ttl"),
          cnames: try dns.texts("cnames"), observationSource: try dns.text("observation_source"),
          rcode: try dns.number("rcode"), queryTypes: try dns.texts("qtypes"),
          resourceRecordTypes: try dns.texts("rrtypes")))
    } else if let http = try message.message("http") {
      record = .http(
        Flow.HTTP(
          code: try http.number("code"), method: try http.text("method"), url: try http.text("url"),
          version: try http.text("protocol"),
          headers: try http.messages("headers").map { header throws(FlowReadError) in
            Flow.HTTP.Header(key: try header.text("key"), value: try header.text("value"))
          }))
    } else if let kafka = try message.message("kafka") {
      record = .kafka(
        Flow.Kafka(
          errorCode: try kafka.number("error_code"), apiVersion: try kafka.number("api_version"),
          apiKey: try kafka.text("api_key"), correlationID: try kafka.number("correlation_id"),
          topic: try kafka.text("topic")))
    } else {
      record = .none
    }
    self.init(
      type: try message.enumeration("type", zero: .unknown),
      latencyNanoseconds: try message.number("latency_ns"), record: record)
  }
}

extension LostEvents {
  init(_ message: MessageReader) throws(FlowReadError) {
    self.init(
      source: try message.enumeration("source", zero: .unknown), count: try message.number("num_events_lost"),
      cpu: try message.optionalNumber("cpu"), first: try message.time("first"), last: try message.time("last"))
  }
}

extension NodeStatus {
  init(_ message: MessageReader) throws(FlowReadError) {
    self.init(
      state: try message.enumeration("state_change", zero: .unknown), nodeNames: try message.texts("node_names"),
      message: try message.text("message"))
  }
}

extension Flow.Extensions {
  /// Well-known types other than those that Weir writes are ignored.
  init(in message: MessageReader) throws(FlowReadError) {
    self = .none
    guard let any = try message.message("extensions") else { return }
    switch (try any.text("@type"), any.any("value")) {
    case ("type.googleapis.com/google.protobuf.StringValue", .string(let text)):
      self = .text(text)
    case ("type.googleapis.com/google.protobuf.Struct", .object(let members)):
      self = .fields(members.map { Flow.Field($0.name, Flow.FieldValue($0.value)) })
    default:
      return
    }
  }
}

extension Flow.FieldValue {
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    // The digits were checked by the parser; what is too large reads as infinity.
    case .number(let digits): self = .number(Double(digits) ?? .infinity)
    case .string(let text): self = .text(text)
    case .array(let values): self = .list(values.map { Flow.FieldValue($0) })
    case .object(let members): self = .object(members.map { Flow.Field($0.name, Flow.FieldValue($0.value)) })
    }
  }
}
