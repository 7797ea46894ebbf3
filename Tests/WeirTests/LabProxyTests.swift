import Addresses
import Flow
import Foundation
import Testing

/// What `weir replay` says of the requests in `captures/lab`, against the verdicts that were worked out by hand.
@Suite struct LabProxyTests {
  private struct Expected: Decodable {
    struct Request: Decodable {
      var request: String
      var verdict: String?
    }

    var id: String
    var capture: String
    var source: String
    var destination: String
    var `protocol`: String
    var port: UInt16?
    var verdict: String
    var requests: [Request]?

    /// Requests that a proxy judges.
    var judged: [String] {
      (requests ?? []).compactMap { request in request.verdict.map { "\(request.request.lowercased()) \($0)" } }
    }
  }

  private struct Conversation: Hashable {
    var source: String
    var destination: String
    var `protocol`: String
    var sourcePort: UInt16
    var port: UInt16

    init?(_ flow: Flow) {
      guard let ip = flow.ip, let l4 = flow.l4, let ports = l4.ports else { return nil }
      let isReply = flow.isReply == true
      source = (isReply ? ip.destination : ip.source).description
      destination = (isReply ? ip.source : ip.destination).description
      if case .udp = l4 { self.protocol = "UDP" } else { self.protocol = "TCP" }
      sourcePort = isReply ? ports.destination : ports.source
      port = isReply ? ports.source : ports.destination
    }

    func isMeant(by expected: Expected) -> Bool {
      source == expected.source && destination == Lab.translated(expected.destination)
        && `protocol` == expected.protocol && port == expected.port
    }
  }

  /// A request as `Expected.judged` writes it.
  private static func text(_ flow: Flow) -> String {
    let verdict = flow.verdict.protobufName
    switch flow.l7?.record {
    case .dns(let dns): return "dns \(dns.queryTypes.joined()) \(dns.query)".lowercased() + " \(verdict)"
    case .http(let http):
      let path = http.url.replacing(#/^http:\/\/[^\/]*/#, with: "")
      return "http \(http.method) \(path)".lowercased() + " \(verdict)"
    default: return flow.summaryText.replacing("TLS SNI: ", with: "tls ").lowercased() + " \(verdict)"
    }
  }

  @Test(arguments: Lab.captures)
  func everyRequestIsJudgedAsWorkedOutByHand(_ capture: String) throws {
    let lines = try String(contentsOf: Lab.folder.appendingPathComponent("expected.jsonl"), encoding: .utf8)
    let expected = try lines.split(separator: "\n").map { try JSONDecoder().decode(Expected.self, from: Data($0.utf8)) }
    var order: [Conversation] = []
    var requests: [Conversation: [String]] = [:]
    for flow in try Lab.flows([capture] + Lab.inForce) {
      guard let conversation = Conversation(flow) else { continue }
      if requests[conversation] == nil {
        order.append(conversation)
        requests[conversation] = []
      }
      if flow.l7?.type == .request { requests[conversation]?.append(Self.text(flow)) }
    }
    for line in expected where line.capture == capture && line.protocol != "ICMP" && line.protocol != "ICMPv6" {
      guard let index = order.firstIndex(where: { $0.isMeant(by: line) }) else {
        Issue.record("\(line.id): no event")
        continue
      }
      let found = requests[order.remove(at: index)] ?? []
      if line.judged.isEmpty {
        // Nothing to read, but perhaps something to refuse.
        #expect(found.allSatisfy { $0.hasSuffix(" DROPPED") }, "\(line.id): \(found)")
      } else if line.judged.contains(where: { $0.hasPrefix("tls - ") || $0.hasPrefix("http get / DROPPED") }),
        found.count == 1
      {
        // A server name is asked for, and there is none.
        #expect(["tls (none) DROPPED", "tls (no tls) DROPPED"].contains(found[0]), "\(line.id): \(found)")
      } else {
        #expect(found == line.judged, "\(line.id)")
      }
    }
  }

  /// A response follows each request but those whose proxy closes the connection, and has its ends turned round.
  @Test func everyRequestIsAnswered() throws {
    let flows = try Lab.flows(Lab.captures + Lab.inForce + ["--type", "l7"])
    let requests = flows.filter { $0.l7?.type == .request && $0.l7?.record != Flow.Layer7.Record.none }
    let responses = flows.filter { $0.l7?.type == .response }
    #expect(requests.count == responses.count)
    for response in responses {
      #expect(response.verdict == .forwarded)
      #expect(response.isReply == true)
      let request = requests.first {
        $0.ip?.source == response.ip?.destination && $0.l4?.ports?.source == response.l4?.ports?.destination
          && $0.trafficDirection == response.trafficDirection
      }
      #expect(request?.source == response.destination)
      #expect(request?.destination == response.source)
      #expect(request?.nodeName == response.nodeName)
    }
  }
}
