import Flow
import Foundation
import Testing

/// The proxies' verdicts on `captures/layer7`: every conversation and every request in it, worked out by hand.
@Suite struct ProxyLabTests {
  private struct Line: Decodable {
    struct Request: Decodable, Equatable {
      var request: String
      /// nil where no proxy is on the way.
      var verdict: String?
    }

    var id: String
    var capture: String
    var source: String
    var destination: String
    var `protocol`: String
    var port: UInt16
    var verdict: String
    var dropReason: String?
    var requests: [Request]?
  }

  /// A conversation as its events show it.
  private struct Conversation {
    var key: String
    var requests: [Line.Request] = []
    var isDropped = false
  }

  private static let folder = Lab.package.appendingPathComponent("captures/layer7")
  private static let inForce = ["-f", "cluster.yaml", "-f", "policies"]

  private func flows(_ arguments: [String]) throws -> [Flow] {
    let run = try Weir.run(["replay"] + arguments + Self.inForce + ["-o", "jsonpb", "-q"], in: Self.folder)
    try #require(run.status == 0, "\(run.errors)")
    return try run.lines.map { try Flow(json: String($0)) }
  }

  private func lines(_ capture: String) throws -> [Line] {
    let text = try String(contentsOf: Self.folder.appendingPathComponent("expected.jsonl"), encoding: .utf8)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text.split(separator: "\n").map { try decoder.decode(Line.self, from: Data($0.utf8)) }
      .filter { $0.capture == capture }
  }

  /// What a request event asks for, as expected.jsonl writes it; nil for other events.
  private func request(_ flow: Flow) -> Line.Request? {
    guard let layer7 = flow.l7, layer7.type == .request else { return nil }
    let text: String
    switch layer7.record {
    case .http(let http):
      let path = http.url.replacing(#/^[a-z]+://[^/]*/#, with: "")
      text = "\(http.method) \(path)"
    case .dns(let dns): text = "\(dns.queryTypes.joined(separator: ",")) \(dns.query.lowercased())"
    case .kafka(let kafka): text = kafka.apiKey
    case .none:
      guard let name = flow.summaryText.firstMatch(of: #/TLS SNI: ([^ ()]+)/#) else { return nil }
      text = "SNI \(name.1)"
    }
    return Line.Request(request: text, verdict: flow.verdict.protobufName)
  }

  private func conversations(_ flows: [Flow]) -> [Conversation] {
    var result: [Conversation] = []
    var indices: [Set<String>: Int] = [:]
    for flow in flows {
      guard let ip = flow.ip, let l4 = flow.l4 else { continue }
      let ends: (name: String, source: UInt16, destination: UInt16)
      switch l4 {
      case .tcp(let tcp): ends = ("TCP", tcp.source, tcp.destination)
      case .udp(let udp): ends = ("UDP", udp.source, udp.destination)
      default: continue
      }
      let pair: Set = [
        "\(ip.source) \(ends.source) \(ends.name)", "\(ip.destination) \(ends.destination) \(ends.name)",
      ]
      let index = indices[pair] ?? result.count
      if index == result.count {
        indices[pair] = index
        result.append(Conversation(key: "\(ends.name) \(ip.source) \(ip.destination) \(ends.destination)"))
      }
      if let request = request(flow) { result[index].requests.append(request) }
      if flow.verdict == .dropped, flow.l7 == nil { result[index].isDropped = true }
    }
    return result
  }

  @Test(arguments: ["http.pcap", "names.pcapng"])
  func everyRequestIsJudgedAsWorkedOutByHand(_ capture: String) throws {
    let found = conversations(try flows([capture]))
    let lines = try lines(capture)
    #expect(found.count == lines.count)
    for (conversation, line) in zip(found, lines) {
      #expect(conversation.key == "\(line.protocol) \(line.source) \(line.destination) \(line.port)", "\(line.id)")
      // Names that are allowed leave no event with Cilium; the others' conversations show by their events.
      let expected = (line.requests ?? []).filter {
        $0.verdict != nil && (!$0.request.hasPrefix("SNI") || $0.verdict == "DROPPED")
      }
      let requests = conversation.requests.filter { !$0.request.hasPrefix("SNI") || $0.verdict == "DROPPED" }
      #expect(requests == expected, "\(line.id)")
    }
  }

  @Test func aRefusedHTTPRequestIsAnsweredByTheProxyAlone() throws {
    let flows = try flows(["http.pcap", "--type", "l7", "--http-path", "/admin"])
    for (index, flow) in flows.enumerated() where flow.verdict == .dropped {
      let answer = try #require(flows.indices.contains(index + 1) ? flows[index + 1] : nil)
      guard case .http(let http)? = answer.l7?.record else {
        Issue.record("no answer follows \(flow)")
        continue
      }
      #expect(http.code == 403 && answer.l7?.type == .response && answer.isReply == true)
      #expect(answer.source == flow.destination && answer.destination == flow.source)
    }
    #expect(flows.filter { $0.verdict == .dropped }.count == 4)
  }

  @Test func totalsCountTheProxiesVerdicts() throws {
    for threads in ["1", "2", "3"] {
      let run = try Weir.run(
        ["replay", "http.pcap", "names.pcapng"] + Self.inForce
          + ["-o", "summary", "--stats-json", "-", "--threads", threads], in: Self.folder)
      #expect(run.status == 0, "\(run.errors)")
      let start = try #require(run.output.range(of: "{\"packets\"")).lowerBound
      let json = try JSON.object(String(run.output[start...]))
      let layer7 = try #require(json["l7"] as? [String: Int])
      #expect(layer7["http_requests"] == 27)
      #expect(layer7["http_denied"] == 10)
      #expect(layer7["dns_queries"] == 6)
      #expect(layer7["dns_denied"] == 2)
      #expect(layer7["tls_sni"] == 5)
      #expect(layer7["sni_denied"] == 3)
      let flows = try #require(json["flow_verdicts"] as? [String: Int])
      #expect(flows["DROPPED"] == 6)
      let verdicts = try #require(json["verdicts"] as? [String: Int])
      let reasons = try #require(json["drop_reasons"] as? [String: Int])
      #expect(verdicts["DROPPED"] == reasons.values.reduce(0, +))
      #expect(json["packets"] as? Int == verdicts.values.reduce(0, +))
    }
  }
}
