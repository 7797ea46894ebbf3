import Proxy
import Rules
import Tables
import Testing

/// Envoy with HTTP rules: every request is judged by itself (`cilium-policy.md` §7.1, §7.2).
@Suite struct HTTPProxyTests {
  private static let rules = L4Filter.on(80, [.http([("GET", "/ok.*")])])

  private func stage(_ filters: [L4Filter] = [Self.rules]) -> Stage { Stage(egress: (.http, filters)) }

  @Test func aRefusedRequestIsAnsweredByTheProxyAndTheConnectionGoesOn() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    let refused = stage.send(wire.tcp(Messages.request("GET", "/no")))
    #expect(refused.refusedBy == .egress)
    #expect(!refused.endsFlow)
    // The server's answer, which it would never have been asked for.
    #expect(stage.send(wire.tcp(Messages.response(200), isReply: true)).refusedBy == nil)
    #expect(stage.send(wire.tcp(Messages.request("GET", "/ok"))).refusedBy == nil)
    #expect(stage.send(wire.tcp(Messages.response(404), isReply: true)).refusedBy == nil)
    #expect(
      stage.events.map(\.text) == [
        "egress request DROPPED GET http://shop/no", "egress response FORWARDED GET http://shop/no 403",
        "egress request FORWARDED GET http://shop/ok", "egress response FORWARDED GET http://shop/ok 404",
      ])
    #expect(stage.events.map(\.latency) == [0, 0, 0, 1_000_000])
    let counters = stage.counters
    #expect(counters.httpRequests == 2)
    #expect(counters.httpDenied == 1)
  }

  @Test func pipelinedRequestsAreJudgedOneByOne() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    let outcome = stage.send(
      wire.tcp(["/ok1", "/no", "/ok2"].flatMap { Messages.request("GET", $0) }))
    #expect(outcome.refusedBy == .egress)
    stage.run([wire.tcp([200, 201, 202].flatMap { Messages.response($0) }, isReply: true)])
    #expect(
      stage.events.map(\.text).suffix(2) == [
        "egress response FORWARDED GET http://shop/ok1 200", "egress response FORWARDED GET http://shop/ok2 202",
      ])
  }

  @Test func theServersProxyJudgesWhatTheClientsLetsThrough() {
    var stage = Stage(
      egress: (.http, [Self.rules]),
      ingress: (.http, [.on(80, .tcp, .ingress, [.http([("GET", "/ok/public"), ("GET", "/no")], for: [1001])])]))
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    #expect(stage.send(wire.tcp(Messages.request("GET", "/ok/private"))).refusedBy == .ingress)
    #expect(stage.send(wire.tcp(Messages.request("GET", "/no"))).refusedBy == .egress)
    #expect(stage.send(wire.tcp(Messages.request("GET", "/ok/public"))).refusedBy == nil)
    #expect(
      stage.events.map(\.text) == [
        "egress request FORWARDED GET http://shop/ok/private", "ingress request DROPPED GET http://shop/ok/private",
        "ingress response FORWARDED GET http://shop/ok/private 403",
        "egress response FORWARDED GET http://shop/ok/private 403",
        "egress request DROPPED GET http://shop/no", "egress response FORWARDED GET http://shop/no 403",
        "egress request FORWARDED GET http://shop/ok/public", "ingress request FORWARDED GET http://shop/ok/public",
      ])
    #expect(stage.counters.httpRequests == 3)
  }

  /// What the client's proxy changes (`headerMatches`), the server's proxy sees.
  @Test(arguments: [
    (HTTPRule.HeaderMatch.Mismatch.add, "", true), (.add, "X-Tenant: b\r\n", false),
    (.replace, "X-Tenant: b\r\n", true), (.replace, "", true), (.delete, "X-Tenant: b\r\n", false),
    (.log, "X-Tenant: b\r\n", false), (.log, "X-Tenant: a\r\n", true), (.delete, "X-Tenant: a\r\n", true),
  ])
  func theServersProxyJudgesWhatTheClientsMakesOfARequest(
    _ mismatch: HTTPRule.HeaderMatch.Mismatch, _ sent: String, _ isAllowed: Bool
  ) {
    var changing = HTTPRule()
    changing.headerMatches = [HTTPRule.HeaderMatch(mismatch: mismatch, name: "X-Tenant", secret: nil, value: "a")]
    var asking = HTTPRule()
    asking.headers = ["X-Tenant: a"]
    var stage = Stage(
      egress: (.http, [.on(80, [.peer(parser: "http", .http([changing]))])]),
      ingress: (.http, [.on(80, .tcp, .ingress, [.peer(parser: "http", .http([asking]))])]))
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    let outcome = stage.send(wire.tcp(Array("GET / HTTP/1.1\r\nHost: shop\r\n\(sent)\r\n".utf8)))
    #expect(outcome.refusedBy == (isAllowed ? nil : .ingress))
  }

  @Test func aBroaderRuleWithoutHTTPLiftsTheRestriction() {
    for filter in [
      L4Filter.on(0, .any, [.peer([1002])]), .on(80, [.peer([1002])]), .on(1, endPort: 1000, [.peer([1002])]),
    ] {
      var stage = stage([Self.rules, filter])
      var wire = Wire(port: 80)
      stage.run(wire.handshake())
      #expect(stage.send(wire.tcp(Messages.request("POST", "/no"))).refusedBy == nil)
    }
    // One for somebody else does not; nor does one for everybody on other ports too, which is sent as an empty list.
    for filter in [L4Filter.on(0, .any, [.peer([5])]), .on(1, endPort: 1000, [.peer()])] {
      var stage = stage([Self.rules, filter])
      var wire = Wire(port: 80)
      stage.run(wire.handshake())
      #expect(stage.send(wire.tcp(Messages.request("POST", "/no"))).refusedBy == .egress)
    }
  }

  @Test func escapedSlashesAreRedirectedAndPathsNormalized() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    stage.run([
      wire.tcp(Messages.request("GET", "/ok%2Fa")), wire.tcp(Messages.request("GET", "//a/../ok")),
    ])
    #expect(
      stage.events.map(\.text) == [
        "egress request DROPPED GET http://shop/ok%2Fa", "egress response FORWARDED GET http://shop/ok%2Fa 307",
        "egress request FORWARDED GET http://shop/ok",
      ])
  }

  @Test func whatIsNotHTTPClosesTheConnection() {
    for (bytes, reason) in [
      (Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), CloseReason.notHTTP), (Messages.clientHello("shop"), .encrypted),
      (Array("GET / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n".utf8), .malformedHTTP),
    ] {
      var stage = stage()
      var wire = Wire(port: 80)
      stage.run(wire.handshake())
      let outcome = stage.send(wire.tcp(bytes))
      #expect(outcome.refusedBy == .egress)
      #expect(outcome.endsFlow)
      #expect(!outcome.followsRefusal)
      for isReply in [true, false] {
        let later = stage.send(wire.tcp(isReply: isReply, flags: Wire.Flags.fin | Wire.Flags.ack))
        #expect(later.refusedBy == .egress)
        #expect(later.followsRefusal)
      }
      #expect(stage.counters.closed == [reason: 1])
      #expect(stage.events.count == 1)
      #expect(stage.events.first?.isDropped == true)
      // Another connection between the same ends.
      var again = Wire(port: 80)
      _ = again.tcp([1, 2, 3])
      stage.run(again.handshake())
      #expect(stage.send(again.tcp(Messages.request("GET", "/ok"))).refusedBy == nil)
    }
  }

  @Test func aCaptureThatBeginsInTheMiddleProvesNothing() {
    var stage = stage()
    var wire = Wire(port: 80)
    #expect(stage.send(wire.tcp(Array("and the end of a body\r\n".utf8))).refusedBy == nil)
    #expect(stage.send(wire.tcp(Messages.request("GET", "/no"))).refusedBy == .egress)
    #expect(stage.counters.closed.isEmpty)
  }

  @Test func aRequestThatTheCaptureCutsIsNotJudged() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    let whole = wire.tcp(Messages.request("GET", "/no"))
    let cut = Wire.Segment(isReply: false, bytes: Array(whole.bytes.prefix(60)))
    #expect(stage.send(cut, originalLength: UInt32(whole.bytes.count)).refusedBy == nil)
    #expect(stage.send(wire.tcp(Messages.request("GET", "/no"))).refusedBy == .egress)
    #expect(stage.counters.closed.isEmpty)
  }

  @Test func requestsBehindLostBytesAreJudgedWhenTheCaptureEnds() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake() + [wire.tcp(Messages.request("GET", "/ok1"))])
    _ = wire.tcp([UInt8](repeating: 0, count: 50))
    stage.run([wire.tcp(Messages.request("GET", "/no"), isReply: false), wire.tcp(isReply: true)])
    stage.run([wire.tcp(Messages.request("GET", "/ok2"))])
    #expect(stage.events.map(\.text) == ["egress request FORWARDED GET http://shop/ok1"])
    stage.finish()
    #expect(
      stage.events.map(\.text).dropFirst() == [
        "egress request DROPPED GET http://shop/no", "egress response FORWARDED GET http://shop/no 403",
        "egress request FORWARDED GET http://shop/ok2",
      ])
    #expect(stage.outcomes.last?.refusedBy == .egress)
    #expect(stage.counters.httpRequests == 3)
    #expect(stage.counters.httpDenied == 1)
    // The lost bytes may have been a request too.
    #expect(stage.counters.unjudged == [.incomplete: 1])
    let count = stage.outcomes.count
    stage.finish()
    #expect(stage.outcomes.count == count)
  }

  @Test func aBodyOfWhichBytesAreLostHidesNothing() {
    var stage = stage([.on(80, [.http([(".*", "/ok.*")])])])
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    stage.run([wire.tcp(Array("POST /ok HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n".utf8))])
    _ = wire.tcp([UInt8](repeating: 0, count: 100))
    stage.run([wire.tcp(Messages.request("GET", "/no"))])
    stage.finish()
    #expect(stage.counters.httpRequests == 2)
    #expect(stage.counters.httpDenied == 1)
    #expect(stage.counters.unjudged.isEmpty)
  }

  @Test func aHeadIsRefusedAsSoonAsItIsTooLarge() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    let start = Array("GET /ok HTTP/1.1\r\nHost: shop\r\nA: ".utf8)
    let filling = [UInt8](repeating: UInt8(ascii: "a"), count: 60 * 1024 - start.count)
    #expect(stage.send(wire.tcp(start)).refusedBy == nil)
    for position in stride(from: 0, to: filling.count, by: 1024) {
      let piece = Array(filling[position..<min(position + 1024, filling.count)])
      #expect(stage.send(wire.tcp(piece)).refusedBy == nil)
    }
    #expect(stage.send(wire.tcp(Array("a".utf8))).refusedBy == .egress)
    #expect(stage.counters.closed == [.headTooLarge: 1])
  }

  @Test("as many fields as Envoy takes, and one more", arguments: [(100, false), (101, true)])
  func fieldsAreLimited(count: Int, isRefused: Bool) {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    let fields = "Host: shop\r\n" + String(repeating: "A: b\r\n", count: count - 1)
    stage.run([wire.tcp(Array("GET /ok HTTP/1.1\r\n\(fields)\r\n".utf8))])
    #expect(stage.counters.closed == (isRefused ? [.headTooLarge: 1] : [:]))
  }

  @Test func aFirstLineWithoutVersionIsRefusedAtItsEnd() {
    var stage = stage()
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    #expect(stage.send(wire.tcp(Array("GET /ok".utf8))).refusedBy == nil)
    #expect(stage.send(wire.tcp(Array("\r\n".utf8))).refusedBy == .egress)
    #expect(stage.counters.closed == [.malformedHTTP: 1])
  }

  @Test func aProxyThatIsNotModelledIsNotGuessed() {
    var peer = FilterPeer.peer(parser: "crd")
    peer.listener = "ns/config/name"
    var stage = Stage(egress: (.listener("ns/config/name"), [.on(80, [peer])]))
    var wire = Wire(port: 80)
    stage.run(wire.handshake() + [wire.tcp(Messages.request("GET", "/no"))])
    #expect(stage.outcomes.allSatisfy { $0.refusedBy == nil })
    #expect(stage.events.isEmpty)
    #expect(stage.counters.unjudged == [.unmodelled("listener:ns/config/name"): 1])
  }
}
