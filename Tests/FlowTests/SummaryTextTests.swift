import Addresses
import Testing

@testable import Flow

@Suite("Summary texts")
struct SummaryTextTests {
  @Test("TCP flags have Cilium's order, not the header's")
  func flags() {
    #expect(SummaryText.tcpFlags([.ack, .syn]) == "TCP Flags: SYN, ACK")
    #expect(
      SummaryText.tcpFlags(Flow.TCPFlags(rawValue: 0x1ff)) == "TCP Flags: SYN, ACK, RST, FIN, PSH, URG, ECE, CWR, NS")
    #expect(SummaryText.tcpFlags([]) == "TCP Flags: ")
  }

  @Test(
    "ICMP types have gopacket's names",
    arguments: [
      (8, 0, false, "ICMPv4 EchoRequest"), (0, 0, false, "ICMPv4 EchoReply"),
      (3, 3, false, "ICMPv4 DestinationUnreachable(Port)"),
      (3, 13, false, "ICMPv4 DestinationUnreachable(CommAdminProhibited)"),
      (3, 99, false, "ICMPv4 DestinationUnreachable(Code: 99)"), (5, 2, false, "ICMPv4 Redirect(TOS+Net)"),
      (11, 0, false, "ICMPv4 TimeExceeded(TTLExceeded)"), (8, 5, false, "ICMPv4 EchoRequest(Code: 5)"),
      (200, 1, false, "ICMPv4 200(1)"), (128, 0, true, "ICMPv6 EchoRequest"),
      (1, 4, true, "ICMPv6 DestinationUnreachable(PortUnreachable)"), (2, 0, true, "ICMPv6 PacketTooBig"),
      (135, 0, true, "ICMPv6 NeighborSolicitation"), (4, 1, true, "ICMPv6 ParameterProblem(UnrecognizedNextHeader)"),
      (130, 0, true, "ICMPv6 130(0)"),
    ])
  func icmp(type: UInt8, code: UInt8, version6: Bool, expected: String) {
    #expect(SummaryText.icmp(Flow.ICMP(type: type, code: code), version6: version6) == expected)
  }

  @Test("other packets are called by the last layer that could be read")
  func layers() {
    var flow = Flow()
    flow.summary = .derived
    #expect(flow.summaryText == "Ethernet")
    flow.ip = Flow.IP(source: IPAddress(ipv6High: 1, low: 1), destination: IPAddress(ipv6High: 1, low: 2))
    #expect(flow.summaryText == "IPv6")
    flow.l4 = .sctp(Flow.Ports(source: 1, destination: 2))
    #expect(flow.summaryText == "SCTP")
  }

  @Test("L7 messages")
  func messages() {
    var flow = Flow()
    flow.summary = .derived
    flow.l7 = Flow.Layer7(
      type: .request, record: .http(Flow.HTTP(method: "PUT", url: "http://a/b", version: "HTTP/1.0")))
    #expect(flow.summaryText == "HTTP/1.0 PUT http://a/b")
    var dns = Flow.DNS(query: "a.b.", addresses: ["1.2.3.4", "::1"], ttl: 5, queryTypes: ["A", "AAAA"])
    flow.l7 = Flow.Layer7(type: .response, record: .dns(dns))
    #expect(flow.summaryText == "DNS Answer \"1.2.3.4,::1\" TTL: 5 (Proxy a.b. A,AAAA)")
    dns.rcode = 3
    dns.observationSource = "agent"
    flow.l7 = Flow.Layer7(type: .response, record: .dns(dns))
    #expect(flow.summaryText == "DNS Answer RCode: Non-Existent Domain TTL: 5 (Query a.b. A,AAAA)")
    flow.l7 = Flow.Layer7(type: .request, record: .kafka(Flow.Kafka(apiKey: "produce", correlationID: 9, topic: "t")))
    #expect(flow.summaryText == "Kafka request produce correlation id 9 topic 't'")
    flow.l7 = Flow.Layer7(type: .request)
    #expect(flow.summaryText.isEmpty)
    #expect(SummaryText.tlsServerName("a.b") == "TLS SNI: a.b")
  }

  @Test("drop reasons have names and texts")
  func dropReasons() {
    #expect(Flow.DropReason.policyDeny.protobufName == "POLICY_DENY")
    #expect(Flow.DropReason(rawValue: 136).text == "Fragmentation needed")
    #expect(Flow.DropReason(rawValue: 159).protobufName == nil)
    #expect(Flow.DropReason(rawValue: 159).text == "159, 0")
    #expect(Flow.DropReason(rawValue: 70_000).text == "70000, 0")
    #expect(Flow.DropReason(protobufName: "AUTH_REQUIRED") == .authRequired)
  }

  @Test("identifiers are stable, distinct and marked as version 4")
  func uuids() {
    var seen: Set<FlowUUID> = []
    for index in 0..<10_000 { seen.insert(FlowUUID(seed: 1, index: UInt64(index))) }
    #expect(seen.count == 10_000)
    let text = FlowUUID(seed: 1, index: 2).description
    #expect(text == FlowUUID(seed: 1, index: 2).description)
    #expect(Array(text)[14] == "4")
    #expect("89ab".contains(Array(text)[19]))
    #expect(FlowUUID(text)?.description == text)
    #expect(FlowUUID("00000009-0000-4000-8000-00000001166") == nil)
  }
}
