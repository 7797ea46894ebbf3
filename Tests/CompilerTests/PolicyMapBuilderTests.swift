import Rules
import Tables
import Testing

@testable import Compiler

@Suite struct PolicyMapBuilderTests {
  private struct Row {
    var identity: UInt32 = 0
    var proto: UInt8 = 0
    var port: UInt16 = 0
    var length: UInt8 = 0
    var deny = false
    var priority: UInt8 = 0
    var auth: AuthenticationType?
  }

  /// Builds a map and prints what is left, one entry a word: `identity:protocol:port/length=verdict`.
  private func build(_ rows: [Row]) -> [String] {
    var builder = PolicyMapBuilder(usesAuthentication: rows.contains { $0.auth != nil })
    for row in rows {
      var value = PolicyMapBuilder.Value()
      value.isDeny = row.deny
      value.proxyPriority = row.priority
      value.redirect = row.priority > 0 ? 1 : 0
      value.authentication = row.auth ?? .none
      value.authenticationIsExplicit = row.auth != nil
      builder.insert(
        value,
        at: .init(identity: row.identity, protocolNumber: row.proto, port: row.port, portPrefixLength: row.length))
    }
    return builder.finish(mergingRules: { a, _ in a }, isFirst: <).map { entry in
      let (key, value) = (entry.key, entry.value)
      let verdict = value.isDeny ? "D" : value.proxyPriority > 0 ? "R\(value.proxyPriority)" : "A"
      let auth =
        value.authenticationIsExplicit
        ? "!\(value.authentication.rawValue)" : value.authentication == .none ? "" : "~\(value.authentication.rawValue)"
      return "\(key.identity):\(key.protocolNumber):\(key.port)/\(key.portPrefixLength)=\(verdict)\(auth)"
    }
  }

  @Test("a deny removes every narrower entry, of its own identity and, for any peer, of all")
  func denyCovers() {
    let narrow = Row(identity: 500, proto: 6, port: 80, length: 16)
    #expect(build([narrow, Row(identity: 500, deny: true)]) == ["500:0:0/0=D"])
    #expect(build([narrow, Row(proto: 6, port: 80, length: 16, deny: true)]) == ["0:6:80/16=D"])
    #expect(build([narrow, Row(proto: 6, port: 80, length: 12, deny: true)]) == ["0:6:80/12=D"])
    #expect(build([narrow, Row(identity: 501, deny: true)]).count == 2)
    #expect(build([Row(identity: 500, deny: true), Row(proto: 6, port: 80, length: 16)]).count == 2)
  }

  @Test("a redirect removes narrower entries of lower priority")
  func redirectCovers() {
    let plain = Row(identity: 500, proto: 6, port: 80, length: 16)
    #expect(build([plain, Row(proto: 6, port: 80, length: 16, priority: 27)]) == ["0:6:80/16=R27"])
    #expect(build([plain, Row(identity: 500, priority: 7)]) == ["500:0:0/0=R7"])
    #expect(build([Row(identity: 500), Row(proto: 6, port: 80, length: 16, priority: 27)]).count == 2)
    #expect(
      build([
        Row(identity: 500, proto: 6, port: 80, length: 16, priority: 27),
        Row(proto: 6, port: 80, length: 12, priority: 7),
      ])
      .count == 2)
  }

  @Test("equal keys merge: the deny, else the higher priority")
  func equalKeys() {
    let key = Row(identity: 500, proto: 6, port: 80, length: 16)
    var deny = key
    deny.deny = true
    var http = key
    http.priority = 27
    var dns = key
    dns.priority = 7
    #expect(build([key, deny]) == ["500:6:80/16=D"])
    #expect(build([deny, key]) == ["500:6:80/16=D"])
    #expect(build([key, dns, http]) == ["500:6:80/16=R27"])
  }

  @Test("authentication flows from broad to narrow within one identity and stops at an explicit mode")
  func authentication() {
    let narrow = Row(identity: 500, proto: 6, port: 80, length: 16)
    #expect(build([Row(identity: 500, auth: .spire), narrow]) == ["500:0:0/0=A!1", "500:6:80/16=A~1"])
    var disabled = narrow
    disabled.auth = AuthenticationType.none
    #expect(build([Row(identity: 500, auth: .spire), disabled]) == ["500:0:0/0=A!1", "500:6:80/16=A!0"])
    #expect(build([Row(auth: .spire), narrow]) == ["0:0:0/0=A!1", "500:6:80/16=A"])
    // The nearest broader explicit mode counts.
    #expect(
      build([Row(identity: 500, auth: .spire), Row(identity: 500, proto: 6, auth: .testAlwaysFail), narrow]).last
        == "500:6:80/16=A~2")
  }

  @Test(
    "beside authentication, a redirect drops narrower plain entries of its identity only, and explicit ones join it")
  func authenticationAndRedirect() {
    let narrow = Row(identity: 500, proto: 6, port: 80, length: 16)
    var explicit = narrow
    explicit.auth = .spire
    #expect(build([Row(identity: 500, proto: 6, priority: 27), explicit]).last == "500:6:80/16=R27!1")
    #expect(
      build([Row(identity: 500, proto: 6, priority: 27), narrow, Row(identity: 501, auth: .spire)])
        == ["500:6:0/0=R27", "501:0:0/0=A!1"])
    #expect(
      build([Row(proto: 6, port: 80, length: 16, priority: 27), narrow, Row(identity: 501, auth: .spire)]).count == 3)
  }

  private func randomRow(using generator: inout some RandomNumberGenerator) -> Row {
    func pick<Element>(_ choices: Element...) -> Element {
      choices[Int.random(in: 0..<choices.count, using: &generator)]
    }
    var row = Row()
    row.identity = pick(0, 500, 501)
    row.proto = pick(0, 6, 17)
    row.length = row.proto == 0 ? 0 : pick(0, 12, 13, 16)
    if row.length > 0 { row.port = row.length == 16 ? 80 : 80 & ~(UInt16.max >> UInt16(row.length)) }
    row.deny = pick(true, false, false, false, false)
    row.priority = pick(0, 0, 7, 27)
    return row
  }

  @Test("the order of insertion does not matter")
  func order() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var rows: [Row] = []
      for _ in 0..<Int.random(in: 1...12, using: &generator) { rows.append(randomRow(using: &generator)) }
      #expect(build(rows) == build(rows.shuffled(using: &generator)))
    }
  }
}
