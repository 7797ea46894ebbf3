import Testing

@testable import Flow

@Suite("Long lines")
struct LineLimitTests {
  private func line(_ flow: Flow) throws -> (count: Int, flow: Flow) {
    let text = printed([FlowEvent(flow)], FlowPrintOptions(format: .jsonpb))
    return (text.utf8.count - 1, try Flow(json: text))
  }

  @Test("a line that fits is left alone")
  func short() throws {
    #expect(try line(Sample.response).flow.l7 == Sample.response.l7)
  }

  @Test("headers go first, and the rest of the flow stays")
  func headers() throws {
    var flow = Sample.response
    let headers = (0..<2000).map { Flow.HTTP.Header(key: "X-\($0)", value: String(repeating: "v", count: 500)) }
    flow.l7?.record = .http(
      Flow.HTTP(code: 200, method: "GET", url: "http://hay/", version: "HTTP/2", headers: headers))
    let (count, written) = try line(flow)
    #expect(count <= 65_534)
    #expect(written.source == flow.source)
    guard case .http(let http) = written.l7?.record else { return #expect(Bool(false)) }
    #expect(http.url == "http://hay/")
    #expect(http.headers.count == 64)
  }

  @Test("the worst of everything still fits")
  func worst() throws {
    let long = String(repeating: "\u{1}é", count: 500)
    let many = Array(repeating: long, count: 80)
    var flow = Sample.response
    flow.nodeName = long
    flow.nodeLabels = many
    flow.source = FlowEndpoint(
      clusterName: long, namespace: long, labels: many, podName: long,
      workloads: Array(repeating: FlowEndpoint.Workload(name: long, kind: long), count: 10))
    flow.destination = flow.source
    flow.sourceNames = many
    flow.destinationNames = many
    flow.policyLog = many
    let policies = Array(
      repeating: Flow.Policy(name: long, namespace: long, labels: many, kind: long), count: 10)
    flow.egressAllowedBy = policies
    flow.ingressAllowedBy = policies
    flow.egressDeniedBy = policies
    flow.ingressDeniedBy = policies
    flow.extensions = .text(long)
    flow.traceID = long
    flow.l7?.record = .dns(
      Flow.DNS(
        query: long, addresses: many, cnames: many, observationSource: long, queryTypes: many,
        resourceRecordTypes: many))
    #expect(try line(flow).count <= 65_534)
  }

  @Test("a cut text ends at a whole character")
  func cut() throws {
    var flow = Flow()
    flow.policyLog = [String(repeating: "é→", count: 40_000)]
    let text = try #require(try line(flow).flow.policyLog.first)
    #expect(text.hasSuffix("…"))
    #expect(!text.unicodeScalars.contains("\u{fffd}"))
  }
}
