import Addresses

extension FlowJSON {
  static func write(_ endpoint: FlowEndpoint, to bytes: inout OutputBuffer) {
    bytes.member("\"ID\":", number: endpoint.id)
    bytes.member("\"identity\":", number: endpoint.identity)
    bytes.member("\"cluster_name\":", text: endpoint.clusterName)
    bytes.member("\"namespace\":", text: endpoint.namespace)
    bytes.member("\"labels\":", texts: endpoint.labels)
    bytes.member("\"pod_name\":", text: endpoint.podName)
    guard !endpoint.workloads.isEmpty else { return }
    bytes.member("\"workloads\":[")
    for workload in endpoint.workloads {
      bytes.member("{")
      bytes.member("\"name\":", text: workload.name)
      bytes.member("\"kind\":", text: workload.kind)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  static func write(_ ip: Flow.IP, to bytes: inout OutputBuffer) {
    bytes.member("\"IP\":{\"source\":\"")
    bytes.append(address: ip.source)
    bytes.append(UInt8(ascii: "\""))
    if let translated = ip.translatedSource {
      bytes.append(",\"source_xlated\":\"")
      bytes.append(address: translated)
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(",\"destination\":\"")
    bytes.append(address: ip.destination)
    bytes.append(ip.version == .v6 ? "\",\"ipVersion\":\"IPv6\"" : "\",\"ipVersion\":\"IPv4\"")
    bytes.append(ip.encrypted ? ",\"encrypted\":true}" : "}")
  }

  static func write(_ l4: Flow.Layer4, to bytes: inout OutputBuffer) {
    switch l4 {
    case .tcp(let tcp):
      bytes.member("\"l4\":{\"TCP\":{")
      write(Flow.Ports(source: tcp.source, destination: tcp.destination), to: &bytes)
      if let flags = tcp.flags {
        bytes.member("\"flags\":{")
        write(flags, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
      }
    case .udp(let ports):
      bytes.member("\"l4\":{\"UDP\":{")
      write(ports, to: &bytes)
    case .sctp(let ports):
      bytes.member("\"l4\":{\"SCTP\":{")
      write(ports, to: &bytes)
    case .icmpv4(let icmp):
      bytes.member("\"l4\":{\"ICMPv4\":{")
      write(icmp, to: &bytes)
    case .icmpv6(let icmp):
      bytes.member("\"l4\":{\"ICMPv6\":{")
      write(icmp, to: &bytes)
    case .vrrp(let vrrp):
      bytes.member("\"l4\":{\"VRRP\":{")
      bytes.member("\"type\":", number: vrrp.type)
      bytes.member("\"vrid\":", number: vrrp.routerID)
      bytes.member("\"priority\":", number: vrrp.priority)
    case .igmp(let igmp):
      bytes.member("\"l4\":{\"IGMP\":{")
      bytes.member("\"type\":", number: igmp.type)
      if let group = igmp.group {
        bytes.member("\"group_address\":\"")
        bytes.append(address: group)
        bytes.append(UInt8(ascii: "\""))
      }
    }
    bytes.append("}}")
  }

  static func write(_ flags: Flow.TCPFlags, to bytes: inout OutputBuffer) {
    for (flag, name) in Flow.TCPFlags.names where flags.contains(flag) {
      bytes.member("\"")
      bytes.append(name)
      bytes.append("\":true")
    }
  }

  static func write(_ ports: Flow.Ports, to bytes: inout OutputBuffer) {
    bytes.member("\"source_port\":", number: UInt32(ports.source))
    bytes.member("\"destination_port\":", number: UInt32(ports.destination))
  }

  private static func write(_ icmp: Flow.ICMP, to bytes: inout OutputBuffer) {
    bytes.member("\"type\":", number: UInt32(icmp.type))
    bytes.member("\"code\":", number: UInt32(icmp.code))
  }

  static func write(_ tunnel: Flow.Tunnel, to bytes: inout OutputBuffer) {
    bytes.member("\"tunnel\":{")
    bytes.member("\"protocol\":", enumeration: tunnel.encapsulation)
    if let ip = tunnel.ip { write(ip, to: &bytes) }
    if let l4 = tunnel.l4 { write(l4, to: &bytes) }
    bytes.member("\"vni\":", number: tunnel.vni)
    bytes.append(UInt8(ascii: "}"))
  }

  static func write(_ l7: Flow.Layer7, to bytes: inout OutputBuffer) {
    bytes.append(",\"l7\":{")
    bytes.member("\"type\":", enumeration: l7.type)
    bytes.member("\"latency_ns\":", wide: l7.latencyNanoseconds)
    switch l7.record {
    case .none: break
    case .dns(let dns): write(dns, to: &bytes)
    case .http(let http): write(http, to: &bytes)
    case .kafka(let kafka): write(kafka, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ dns: Flow.DNS, to bytes: inout OutputBuffer) {
    bytes.member("\"dns\":{")
    bytes.member("\"query\":", text: dns.query)
    bytes.member("\"ips\":", texts: dns.addresses)
    bytes.member("\"ttl\":", number: dns.ttl)
    bytes.member("\"cnames\":", texts: dns.cnames)
    bytes.member("\"observation_source\":", text: dns.observationSource)
    bytes.member("\"rcode\":", number: dns.rcode)
    bytes.member("\"qtypes\":", texts: dns.queryTypes)
    bytes.member("\"rrtypes\":", texts: dns.resourceRecordTypes)
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ http: Flow.HTTP, to bytes: inout OutputBuffer) {
    bytes.member("\"http\":{")
    bytes.member("\"code\":", number: http.code)
    bytes.member("\"method\":", text: http.method)
    bytes.member("\"url\":", text: http.url)
    bytes.member("\"protocol\":", text: http.version)
    if !http.headers.isEmpty {
      bytes.member("\"headers\":[")
      for header in http.headers {
        bytes.member("{")
        bytes.member("\"key\":", text: header.key)
        bytes.member("\"value\":", text: header.value)
        bytes.append(UInt8(ascii: "}"))
      }
      bytes.append(UInt8(ascii: "]"))
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ kafka: Flow.Kafka, to bytes: inout OutputBuffer) {
    bytes.member("\"kafka\":{")
    bytes.member("\"error_code\":", signed: kafka.errorCode)
    bytes.member("\"api_version\":", signed: kafka.apiVersion)
    bytes.member("\"api_key\":", text: kafka.apiKey)
    bytes.member("\"correlation_id\":", signed: kafka.correlationID)
    bytes.member("\"topic\":", text: kafka.topic)
    bytes.append(UInt8(ascii: "}"))
  }

  static func write(_ extensions: Flow.Extensions, to bytes: inout OutputBuffer) {
    switch extensions {
    case .none: return
    case .text(let text):
      bytes.append(",\"extensions\":{\"@type\":\"type.googleapis.com/google.protobuf.StringValue\",\"value\":")
      bytes.append(json: text)
    case .fields(let fields):
      bytes.append(",\"extensions\":{\"@type\":\"type.googleapis.com/google.protobuf.Struct\",\"value\":")
      write(fields, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ fields: [Flow.Field], to bytes: inout OutputBuffer) {
    bytes.append(UInt8(ascii: "{"))
    for field in fields {
      bytes.separate()
      bytes.append(json: field.name)
      bytes.append(UInt8(ascii: ":"))
      write(field.value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ value: Flow.FieldValue, to bytes: inout OutputBuffer) {
    switch value {
    case .null: bytes.append("null")
    case .bool(let flag): bytes.append(flag ? "true" : "false")
    case .number(let number): bytes.append(json: number)
    case .text(let text): bytes.append(json: text)
    case .object(let fields): write(fields, to: &bytes)
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      for value in values {
        bytes.separate()
        write(value, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    }
  }
}
