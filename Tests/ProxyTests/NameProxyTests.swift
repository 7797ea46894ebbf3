import Proxy
import Rules
import Tables
import Testing

/// TLS server names (`cilium-policy.md` §7.3) and DNS queries (§7.5).
@Suite struct NameProxyTests {
  private func tls(_ names: [String], _ hello: [UInt8], _ others: [L4Filter] = []) -> (ProxyOutcome, [String]) {
    var stage = Stage(egress: (.http, [.on(443, [.names(names)])] + others))
    var wire = Wire(port: 443)
    stage.run(wire.handshake())
    return (stage.send(wire.tcp(hello)), stage.events.map(\.text))
  }

  @Test func aServerNameThatNoRuleHasEndsTheConnection() {
    let (outcome, events) = tls(["a.example"], Messages.clientHello("b.example"))
    #expect(outcome.refusedBy == .egress)
    #expect(outcome.endsFlow)
    #expect(events == ["egress request DROPPED TLS SNI: b.example"])
    #expect(tls(["a.example"], Messages.clientHello("A.Example")).0.refusedBy == nil)
    #expect(tls(["*.example"], Messages.clientHello("b.example")).1 == ["egress request FORWARDED TLS SNI: b.example"])
  }

  @Test func noNameIsNoName() {
    #expect(tls(["a.example"], Messages.clientHello(nil)).1 == ["egress request DROPPED TLS SNI: (none)"])
    #expect(tls(["a.example"], Messages.request("GET", "/")).1 == ["egress request DROPPED TLS SNI: (no TLS)"])
  }

  @Test func aBroaderRuleLiftsTheRestriction() {
    let open = L4Filter.on(0, .tcp, [.peer([1002])])
    #expect(tls(["a.example"], Messages.clientHello("b.example"), [open]).0.refusedBy == nil)
    #expect(tls(["a.example"], Messages.request("GET", "/"), [open]).0.refusedBy == nil)
  }

  @Test func aHelloLargerThanEnvoyTakesIsRefused() {
    let (outcome, _) = tls(["a.example"], Messages.clientHello("a.example", padding: 17_000))
    #expect(outcome.refusedBy == .egress)
    #expect(tls(["a.example"], Messages.clientHello("a.example", padding: 12_000)).0.refusedBy == nil)
  }

  private func dns(_ filters: [L4Filter], settings: ProxySettings = ProxySettings()) -> Stage {
    Stage(egress: (.dns, filters), settings: settings)
  }

  @Test func aQueryIsRefusedOrAnswered() {
    var settings = ProxySettings()
    settings.keepsAnswers = true
    var stage = dns([.on(53, .udp, [.dns(["*.example"])])], settings: settings)
    let wire = Wire(port: 53)
    let refused = stage.send(wire.udp(Messages.query("evil.test")))
    #expect(refused.refusedBy == .egress)
    #expect(refused.endsFlow)
    stage.run([
      // Nobody waits for it.
      wire.udp(Messages.answer("evil.test", [("evil.test", 1, [1, 2, 3, 4])]), isReply: true),
      wire.udp(Messages.query("A.Example")),
      wire.udp(Messages.answer("A.Example", [("A.Example", 1, [1, 2, 3, 4])]), isReply: true),
      // Nor for a second answer.
      wire.udp(Messages.answer("A.Example", [("A.Example", 1, [6, 6, 6, 6])]), isReply: true),
    ])
    #expect(
      stage.events.map(\.text) == [
        "egress request DROPPED evil.test.", "egress response FORWARDED evil.test. 5 ",
        "egress request FORWARDED a.example.", "egress response FORWARDED a.example. 0 1.2.3.4",
      ])
    #expect(stage.answers.map(\.name) == ["a.example."])
    #expect(stage.answers.map(\.endpoint) == [0])
  }

  @Test func anAnswerMustFollowTheChainOfItsQuestion() {
    var settings = ProxySettings()
    settings.keepsAnswers = true
    var stage = dns([.on(53, .udp, [.dns(["*"])])], settings: settings)
    let wire = Wire(port: 53)
    let alias = Messages.encoded("b.test")
    for (records, code) in [
      ([("a.test", 5, alias), ("b.test", 1, [1, 2, 3, 4])], 0), ([("b.test", 1, [1, 2, 3, 4])], 2),
      ([("a.test", 5, alias), ("c.test", 1, [1, 2, 3, 4])], 2),
    ] as [([(owner: String, type: UInt16, data: [UInt8])], Int)] {
      stage.run([wire.udp(Messages.query("a.test")), wire.udp(Messages.answer("a.test", records), isReply: true)])
      #expect(stage.events.last?.text.contains("a.test. \(code)") == true)
    }
    #expect(stage.answers.count == 1)
    stage.run([wire.udp(Messages.query("a.test")), wire.udp(Messages.answer("b.test", []), isReply: true)])
    #expect(stage.answers.count == 1)
  }

  @Test func onlyTheFilterOfThePortDecides() {
    let rules = L4Filter.on(53, .udp, [.dns(["*.example"])])
    for filter in [L4Filter.on(0, .any, [.peer()]), .on(1, .udp, endPort: 100, [.peer()]), .on(53, [.peer()])] {
      var stage = dns([rules, filter])
      #expect(stage.send(Wire(port: 53).udp(Messages.query("evil.test"))).refusedBy == .egress)
    }
    var stage = dns([.on(53, .udp, [.dns(["*.example"]), .peer([1002])])])
    #expect(stage.send(Wire(port: 53).udp(Messages.query("evil.test"))).refusedBy == nil)
  }

  @Test func overTCPTheConnectionGoesOn() {
    var stage = dns([.on(53, [.dns(["*.example"])])])
    var wire = Wire(port: 53)
    stage.run(wire.handshake())
    func framed(_ message: [UInt8]) -> [UInt8] { Wire.big(UInt16(message.count)) + message }
    let refused = stage.send(wire.tcp(framed(Messages.query("evil.test"))))
    #expect(refused.refusedBy == .egress)
    #expect(!refused.endsFlow)
    stage.run([
      wire.tcp(framed(Messages.query("a.example", id: 8))),
      wire.tcp(framed(Messages.answer("a.example", id: 8, [("a.example", 1, [9, 9, 9, 9])])), isReply: true),
    ])
    #expect(stage.events.last?.text == "egress response FORWARDED a.example. 0 9.9.9.9")
  }

  @Test func whatIsNoQueryIsNotPassedOn() {
    var stage = dns([.on(53, .udp, [.dns(["*"])])])
    #expect(stage.send(Wire(port: 53).udp([1, 2, 3])).refusedBy == .egress)
    #expect(stage.send(Wire(port: 53).udp(Messages.answer("a.test", []))).refusedBy == .egress)
    #expect(stage.counters.dnsDenied == 2)
  }
}
