extension Flow {
  /// The text that the printers show in parentheses, and that `Summary` holds when written.
  public var summaryText: String {
    var bytes = OutputBuffer()
    writeSummary(to: &bytes)
    return bytes.text
  }

  func writeSummary(to bytes: inout OutputBuffer) {
    switch summary {
    case .none: return
    case .text(let text): bytes.append(text: text)
    case .derived:
      if let l7 = self.l7 { SummaryText.write(l7, to: &bytes) } else { SummaryText.write(l4, ip: ip, to: &bytes) }
    }
  }
}

/// The texts that Cilium puts into a flow's `Summary`.
public enum SummaryText {
  /// `TCP Flags: SYN, ACK`.
  public static func tcpFlags(_ flags: Flow.TCPFlags) -> String {
    var bytes = OutputBuffer()
    write(flags, to: &bytes)
    return bytes.text
  }

  /// `ICMPv4 DestinationUnreachable(Port)`.
  public static func icmp(_ icmp: Flow.ICMP, version6: Bool) -> String {
    var bytes = OutputBuffer()
    write(icmp, version6: version6, to: &bytes)
    return bytes.text
  }

  /// An L7 message that the protocol has no record for: a TLS server name that a policy judged.
  public static func tlsServerName(_ name: String) -> String { "TLS SNI: \(name)" }

  /// The order in which Cilium lists flags, which is not the header's.
  private static let flagOrder: [(flag: Flow.TCPFlags, name: StaticString)] = [
    (.syn, "SYN"), (.ack, "ACK"), (.rst, "RST"), (.fin, "FIN"), (.psh, "PSH"), (.urg, "URG"), (.ece, "ECE"),
    (.cwr, "CWR"), (.ns, "NS"),
  ]

  static func write(_ flags: Flow.TCPFlags, to bytes: inout OutputBuffer) {
    bytes.append("TCP Flags: ")
    var isFirst = true
    for (flag, name) in flagOrder where flags.contains(flag) {
      if !isFirst { bytes.append(", ") }
      bytes.append(name)
      isFirst = false
    }
  }

  private static func write(_ icmp: Flow.ICMP, version6: Bool, to bytes: inout OutputBuffer) {
    bytes.append(version6 ? "ICMPv6 " : "ICMPv4 ")
    ICMPText.write(icmp, version6: version6, to: &bytes)
  }

  /// An L3/L4 packet: flags or type, else the name of the last layer that could be read.
  static func write(_ l4: Flow.Layer4?, ip: Flow.IP?, to bytes: inout OutputBuffer) {
    switch l4 {
    case .tcp(let tcp): write(tcp.flags ?? [], to: &bytes)
    case .udp: bytes.append("UDP")
    case .sctp: bytes.append("SCTP")
    case .icmpv4(let icmp): write(icmp, version6: false, to: &bytes)
    case .icmpv6(let icmp): write(icmp, version6: true, to: &bytes)
    case .vrrp: bytes.append("VRRP")
    case .igmp: bytes.append("IGMP")
    case nil:
      guard let ip else { return bytes.append("Ethernet") }
      bytes.append(ip.version == .v6 ? "IPv6" : "IPv4")
    }
  }

  /// An L7 message. One without a record has no text.
  static func write(_ l7: Flow.Layer7, to bytes: inout OutputBuffer) {
    guard l7.type == .request || l7.type == .response else { return }
    let isResponse = l7.type == .response
    switch l7.record {
    case .none: return
    case .http(let http): write(http, latency: isResponse ? l7.latencyNanoseconds : nil, to: &bytes)
    case .dns(let dns): write(dns, isAnswer: isResponse, to: &bytes)
    case .kafka(let kafka): write(kafka, isResponse: isResponse, to: &bytes)
    }
  }

  private static func write(_ http: Flow.HTTP, latency: UInt64?, to bytes: inout OutputBuffer) {
    bytes.append(text: http.version)
    bytes.append(UInt8(ascii: " "))
    if let latency {
      bytes.append(decimal: UInt64(http.code))
      bytes.append(UInt8(ascii: " "))
      bytes.append(decimal: latency / 1_000_000)
      bytes.append("ms (")
    }
    bytes.append(text: http.method)
    bytes.append(UInt8(ascii: " "))
    bytes.append(text: http.url)
    if latency != nil { bytes.append(UInt8(ascii: ")")) }
  }

  private static func write(_ dns: Flow.DNS, isAnswer: Bool, to bytes: inout OutputBuffer) {
    guard isAnswer else {
      bytes.append("DNS Query ")
      return writeQuestion(dns, to: &bytes)
    }
    bytes.append("DNS Answer ")
    if dns.rcode != 0 {
      bytes.append("RCode: ")
      write(rcode: dns.rcode, to: &bytes)
    } else {
      if !dns.addresses.isEmpty { bytes.append(quoted: dns.addresses.joined(separator: ",")) }
      if !dns.cnames.isEmpty {
        bytes.append(dns.addresses.isEmpty ? "CNAMEs: " : " CNAMEs: ")
        bytes.append(quoted: dns.cnames.joined(separator: ","))
      }
    }
    bytes.append(" TTL: ")
    bytes.append(decimal: UInt64(dns.ttl))
    bytes.append(dns.observationSource == "proxy" ? " (Proxy " : " (Query ")
    writeQuestion(dns, to: &bytes)
    bytes.append(UInt8(ascii: ")"))
  }

  private static func writeQuestion(_ dns: Flow.DNS, to bytes: inout OutputBuffer) {
    bytes.append(text: dns.query)
    bytes.append(UInt8(ascii: " "))
    for (index, type) in dns.queryTypes.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(text: type)
    }
  }

  /// The response codes of RFC 1035 and 2136.
  private static let rcodes: [StaticString] = [
    "No Error", "Format Error", "Server Failure", "Non-Existent Domain", "Not Implemented", "Query Refused",
    "Name Exists when it should not", "RR Set Exists when it should not", "RR Set that should exist does not",
    "Server Not Authoritative for zone", "Name not contained in zone",
  ]

  private static func write(rcode: UInt32, to bytes: inout OutputBuffer) {
    if rcode < UInt32(rcodes.count) { return bytes.append(rcodes[Int(rcode)]) }
    bytes.append("Unknown RCode ")
    bytes.append(decimal: UInt64(rcode))
  }

  private static func write(_ kafka: Flow.Kafka, isResponse: Bool, to bytes: inout OutputBuffer) {
    bytes.append(isResponse ? "Kafka response " : "Kafka request ")
    bytes.append(text: kafka.apiKey)
    bytes.append(" correlation id ")
    bytes.append(decimal: Int64(kafka.correlationID))
    bytes.append(" topic '")
    bytes.append(text: kafka.topic)
    bytes.append(UInt8(ascii: "'"))
    if isResponse {
      bytes.append(" return code ")
      bytes.append(decimal: Int64(kafka.errorCode))
    }
  }
}

extension OutputBuffer {
  /// Appends `text` in quotation marks, with those inside it escaped.
  fileprivate mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append(UInt8(ascii: "\\")) }
      append(byte)
    }
    append(UInt8(ascii: "\""))
  }
}
