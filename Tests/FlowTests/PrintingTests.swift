import Addresses
import Testing

@testable import Flow

@Suite("Printing flows")
struct PrintingTests {
  @Test("compact shows the client on the left, and why and what in between")
  func compact() {
    #expect(
      printed(Sample.events, FlowPrintOptions()) == """
        Mar  5 07:08:09.012: zoo/lion-0:40000 (ID:4001) -> zoo/keeper-1:80 (ID:4002) to-endpoint FORWARDED (TCP Flags: SYN)
        Mar  5 07:08:09.012: zoo/lion-0:40000 (ID:4001) <> zoo/keeper-1:80 (ID:4002) Policy denied DROPPED (TCP Flags: SYN)
        Mar  5 07:08:09.012: zoo/lion-0:40000 (ID:4001) -> zoo/keeper-1:80 (ID:4002) policy-verdict:L3-L4 INGRESS ALLOWED (TCP Flags: SYN)
        Mar  5 07:08:09.012: [fd00::1]:40000 (world) <- stores/hay:80 (ID:4001) http-response FORWARDED (HTTP/2 404 12ms (GET http://hay/a%20b?q=1))
        Mar  5 07:08:09.012: 02:00:00:00:00:01 (unknown) <> 02:00:00:00:00:ff (unknown) Unsupported L3 protocol DROPPED (Ethernet)
        Mar  5 07:08:09.012 EVENTS LOST: OBSERVER_EVENTS_QUEUE CPU(3) 12

        """)
  }

  @Test("policies are named with their kinds, but not those that lack either")
  func policyNames() {
    let line = printed([FlowEvent(Sample.allowed)], FlowPrintOptions(nodeNames: true, policyNames: true))
    #expect(
      line.hasSuffix("ALLOWED BY feed (CiliumNetworkPolicy), all (CiliumClusterwideNetworkPolicy) (TCP Flags: SYN)\n"))
    #expect(line.hasPrefix("Mar  5 07:08:09.012 [barn]: "))
  }

  @Test("dict does not swap the ends of a reply")
  func dict() {
    #expect(
      printed([FlowEvent(Sample.response), Sample.lost], FlowPrintOptions(format: .dict, nodeNames: true)) == """
          TIMESTAMP: Mar  5 07:08:09.012
               NODE: barn
             SOURCE: stores/hay:80
        DESTINATION: [fd00::1]:40000
               TYPE: http-response
            VERDICT: FORWARDED
            SUMMARY: HTTP/2 404 12ms (GET http://hay/a%20b?q=1)
        ------------
          TIMESTAMP: Mar  5 07:08:09.012
               NODE: barn
             SOURCE: OBSERVER_EVENTS_QUEUE
               TYPE: EVENTS LOST
            VERDICT: -
            SUMMARY: CPU(3) - 12

        """)
  }

  @Test("a table's columns are as wide as their widest text, never coloured")
  func table() {
    #expect(
      printed([FlowEvent(Sample.dropped), FlowEvent(Sample.frame)], FlowPrintOptions(format: .table, color: true))
        == """
        TIMESTAMP             SOURCE              DESTINATION         TYPE                      VERDICT   SUMMARY
        Mar  5 07:08:09.012   zoo/lion-0:40000    zoo/keeper-1:80     Policy denied             DROPPED   TCP Flags: SYN
        Mar  5 07:08:09.012   02:00:00:00:00:01   02:00:00:00:00:ff   Unsupported L3 protocol   DROPPED   Ethernet

        """)
    #expect(printed([], FlowPrintOptions(format: .table)).isEmpty)
  }

  @Test("a line of JSON has the protocol's field order and leaves zeros out")
  func json() {
    #expect(
      printed([FlowEvent(Sample.dropped), Sample.lost], FlowPrintOptions(format: .jsonpb)) == #"""
        {"flow":{"time":"2026-03-05T07:08:09.012345678Z","verdict":"DROPPED","drop_reason":133,"ethernet":{"source":"02:00:00:00:00:01","destination":"02:00:00:00:00:ff"},"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":40000,"destination_port":80,"flags":{"SYN":true}}},"source":{"ID":7,"identity":4001,"cluster_name":"home","namespace":"zoo","labels":["k8s:app=lion","k8s:tier=wild"],"pod_name":"lion-0","workloads":[{"name":"lion","kind":"StatefulSet"}]},"destination":{"ID":9,"identity":4002,"cluster_name":"home","namespace":"zoo","labels":["k8s:app=keeper"],"pod_name":"keeper-1"},"Type":"L3_L4","node_name":"barn","event_type":{"type":1,"sub_type":133},"traffic_direction":"INGRESS","drop_reason_desc":"POLICY_DENIED","Summary":"TCP Flags: SYN"},"node_name":"barn","time":"2026-03-05T07:08:09.012345678Z"}
        {"lost_events":{"source":"OBSERVER_EVENTS_QUEUE","num_events_lost":"12","cpu":3},"node_name":"barn","time":"2026-03-05T07:08:09.012345678Z"}

        """#)
  }

  @Test("hop latencies travel as a Struct, which every reader of the protocol accepts")
  func extensions() {
    var flow = Flow()
    flow.extensions = .latency([("egress", 120), ("ingress", 95)])
    #expect(
      printed([FlowEvent(flow)], FlowPrintOptions(format: .jsonpb)).contains(
        #""extensions":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"latency_ns":{"egress":120,"ingress":95}}}"#
      ))
  }

  @Test("text from the network cannot steer the terminal")
  func escapes() {
    var flow = Sample.forwarded
    flow.summary = .text("a\u{1b}[2Jb\rc")
    flow.source.podName = "\u{1b}]0;x"
    let line = printed([FlowEvent(flow)], FlowPrintOptions(color: true))
    #expect(line.contains("(a^[[2Jb\\rc)"))
    #expect(line.contains("zoo/^[]0;x:"))
  }

  @Test("JSON escapes what JSON, web pages and terminals must not see raw")
  func jsonText() {
    var bytes = OutputBuffer()
    bytes.append(json: "q\"b\\ \n\r\t\u{8}\u{c}\u{0}\u{1b}<a>&é→𝄞\u{2028}\u{2029}\u{2027}")
    #expect(
      bytes.text
        == #""q\"b\\ \n\r\t\b\f\u0000\u001b\u003ca\u003e\u0026é→𝄞\u2028\u2029"# + "\u{2027}\"")
  }

  @Test("invalid UTF-8 becomes the replacement character")
  func invalidText() {
    var bytes = OutputBuffer()
    bytes.append(json: String(decoding: [0x61, 0xff, 0xe2, 0x80, 0x62], as: UTF8.self))
    #expect(bytes.text == "\"a\u{fffd}\u{fffd}b\"")
  }

  @Test(
    "event types without a name of their own",
    arguments: [
      (Flow.EventType(type: 1, subType: 206), "206, 0"), (Flow.EventType(type: 1, subType: 0), "Success"),
      (Flow.EventType(type: 4, subType: 13), "to-crypto"), (Flow.EventType(type: 4, subType: 99), "99"),
      (Flow.EventType(type: 3), "DBG_CAPTURE_POINT_UNKNOWN"), (Flow.EventType(type: 7), "SOCK_XLATE_POINT_UNKNOWN"),
      (Flow.EventType(type: 42), "UNKNOWN"),
    ])
  func types(type: Flow.EventType, text: String) {
    var flow = Sample.forwarded
    flow.eventType = type
    #expect(printed([FlowEvent(flow)], FlowPrintOptions()).contains(" \(text) FORWARDED "))
  }

  @Test("formats have hubble's names and aliases")
  func formats() {
    #expect(FlowFormat(name: "json") == .jsonpb)
    #expect(FlowFormat(name: "tab") == .table)
    #expect(FlowFormat(name: "dict") == .dict)
    #expect(FlowFormat(name: "xml") == nil)
  }
}
