import Addresses
import Testing

@testable import Flow

@Suite("Reading what was written")
struct RoundTripTests {
  @Test("any flow comes back as it was", arguments: 0..<20)
  func anyFlow(seed: Int) throws {
    var flows = RandomFlows(seed: UInt64(seed))
    for _ in 0..<100 {
      let flow = flows.next()
      let line = printed([FlowEvent(flow)], FlowPrintOptions(format: .jsonpb))
      #expect(!line.dropLast().contains("\n"))
      let event = try FlowEvent(json: line)
      #expect(event == FlowEvent(flow))
    }
  }

  @Test("other events come back as they were")
  func otherEvents() throws {
    let events = [
      Sample.lost,
      FlowEvent(
        .lostEvents(LostEvents(source: .hubbleRingBuffer, count: .max, cpu: nil, first: 1, last: -5)), nodeName: "",
        time: nil),
      FlowEvent(
        .nodeStatus(NodeStatus(state: .unavailable, nodeNames: ["a", "b"], message: "gone")), nodeName: "relay",
        time: 0),
    ]
    for event in events {
      #expect(try FlowEvent(json: printed([event], FlowPrintOptions(format: .jsonpb))) == event)
    }
  }

  @Test("no line breaks a printer, whatever is in it")
  func printing() {
    var flows = RandomFlows(seed: 99)
    for _ in 0..<300 {
      let flow = flows.next()
      for format in FlowFormat.allCases {
        #expect(!printed([FlowEvent(flow)], FlowPrintOptions(format: format, color: true)).isEmpty)
      }
    }
  }

  @Test("lower camel case, numbers for names and strings for numbers are read too")
  func leniency() throws {
    let flow = try Flow(
      json: """
        {"flow":{"eventType":{"type":"1","subType":133},"verdict":2,"dropReasonDesc":133,"isReply":null,
        "IP":{"source":"10.0.0.1","destination":"::1","ipVersion":"IPv4","future":[{}]},
        "destinationNames":["x"],"l4":{"UDP":{"sourcePort":5e1,"destination_port":"53"}}},"nodeName":"n"}
        """)
    #expect(flow.eventType == .drop(.policyDenied))
    #expect(flow.verdict == .dropped)
    #expect(flow.dropReason == .policyDenied)
    #expect(flow.isReply == nil)
    #expect(flow.destinationNames == ["x"])
    #expect(flow.l4 == .udp(Flow.Ports(source: 50, destination: 53)))
  }

  @Test(
    "an error names the field",
    arguments: [
      ("", "not JSON: the text ends where a value should be at byte 0"), ("[]", "not an object"),
      ("{}", "none of flow, lost_events and node_status is set"),
      (#"{"verdict":"DROPPED"}"#, "none of flow, lost_events and node_status is set"),
      (#"{"flow":{"verdict":"MAYBE"}}"#, #"flow.verdict: unknown name "MAYBE""#),
      (#"{"flow":{"IP":{"source":"10.0.0"}}}"#, #"flow.IP.source: "10.0.0" is not an IP address"#),
      (#"{"flow":{"IP":{"source":"10.0.0.1"}}}"#, "flow.IP.destination: missing"),
      (
        #"{"flow":{"l4":{"TCP":{"source_port":70000}}}}"#,
        "flow.l4.TCP.source_port: not a whole number from 0 to 65535"
      ),
      (#"{"flow":{"time":"yesterday"}}"#, "flow.time: not a time of the years 1677 to 2262 in RFC 3339"),
      (#"{"flow":{"uuid":"1"}}"#, #"flow.uuid: "1" is not a UUID"#),
      (#"{"flow":{"ethernet":{"source":"0:1"}}}"#, #"flow.ethernet.source: "0:1" is not a link-layer address"#),
      (#"{"flow":{"drop_reason_desc":"NEW"}}"#, #"flow.drop_reason_desc: unknown name "NEW""#),
      (#"{"lost_events":{"cpu":true}}"#, "lost_events.cpu: not a number"),
    ])
  func errors(line: String, message: String) {
    do {
      _ = try FlowEvent(json: line)
      #expect(Bool(false), "\(line) was read")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test(
    "broken JSON is refused",
    arguments: [
      "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1 2]", "01", "1.", "-", "1e", "tru", "\"\\x\"", "\"\\u12\"",
      "\"a\nb\"", "\"", "nul", "{} {}", String(repeating: "[", count: 500),
    ])
  func brokenJSON(text: String) {
    #expect(throws: JSONValue.SyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test("escapes and surrogate pairs of JSON are read, lone surrogates replaced")
  func jsonEscapes() throws {
    let text = #"["\u00e9\ud834\udd1e\"\\\/\b\f\n\r\t","\ud834x","\udd1e"]"#
    #expect(
      try JSONValue(parsing: Array(text.utf8))
        == .array([.string("é𝄞\"\\/\u{8}\u{c}\n\r\t"), .string("\u{fffd}x"), .string("\u{fffd}")]))
  }
}
