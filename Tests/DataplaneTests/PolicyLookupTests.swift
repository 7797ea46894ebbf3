import Dataplane
import Rules
import Tables
import Testing

/// The worked examples of `cilium-policy.md` §6 and the observed rows of `kernel-datapath.md` §4.
@Suite struct PolicyLookupTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var entries: [PolicyMapEntry]
    var peer: UInt32 = 500
    var protocolNumber: UInt8 = 6
    var port: UInt16 = 80
    var verdict: Verdict
    var reason: DropReason = .none
    var match: MatchType
    var entry: Int32
    var authentication: AuthenticationType = .none

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "any-peer deny of a port beats the peer's allow-all",
      entries: [.allow(.ingress, 500), .deny(.ingress, 0, 6, 80)],
      verdict: .dropped, reason: .policyDeny, match: .l4Only, entry: 1),
    Case(
      name: "the peer's deny-all beats the any-peer allow of a port",
      entries: [.deny(.ingress, 500), .allow(.ingress, 0, 6, 80)],
      verdict: .dropped, reason: .policyDeny, match: .l3Only, entry: 0),
    Case(
      name: "any-peer redirect beats the peer's allow-all",
      entries: [.allow(.ingress, 500), .redirect(.ingress, 0, 6, 80)],
      verdict: .redirected, match: .l4Only, entry: 1),
    Case(
      name: "the peer's redirect beats any-peer allow-all",
      entries: [.redirect(.ingress, 500, 6, 80), .allow(.ingress)],
      verdict: .redirected, match: .l3L4, entry: 0),
    Case(
      name: "at equal priority the longer prefix wins",
      entries: [.allow(.ingress, 500, 6), .allow(.ingress, 0, 6, 80)],
      verdict: .forwarded, match: .l4Only, entry: 1),
    Case(
      name: "at equal priority and prefix the peer's entry wins, and takes the other's higher authentication",
      entries: [.allow(.ingress, 500, 6, 80), .allow(.ingress, 0, 6, 80, auth: .spire, explicit: true)],
      verdict: .forwarded, match: .l3L4, entry: 0, authentication: .spire),
    Case(
      name: "explicitly disabled authentication is not overridden",
      entries: [.allow(.ingress, 500, 6, 80, explicit: true), .allow(.ingress, 0, 6, 80, auth: .spire)],
      verdict: .forwarded, match: .l3L4, entry: 0),
    Case(
      name: "authentication is taken from the loser even at another proxy priority",
      entries: [.allow(.ingress, 500, auth: .spire, explicit: true), .redirect(.ingress, 0, 6, 80)],
      verdict: .redirected, match: .l4Only, entry: 1, authentication: .spire),
    Case(
      name: "a port rule does not cover ICMP",
      entries: [.allow(.ingress, 0, 17, 53)], protocolNumber: 1, port: 8,
      verdict: .dropped, reason: .policyDenied, match: .none, entry: -1),
    Case(
      name: "deny of everything by any peer",
      entries: [.allow(.ingress, 500, 6, 80), .deny(.ingress)],
      verdict: .dropped, reason: .policyDeny, match: .all, entry: 1),
    Case(
      name: "deny and allow of the same port",
      entries: [.allow(.ingress, 500, 6, 80), .deny(.ingress, 0, 6, 80)],
      verdict: .dropped, reason: .policyDeny, match: .l4Only, entry: 1),
    Case(
      name: "of one peer only the longest prefix answers: the compiler removes what a broader deny covers",
      entries: [.deny(.ingress, 500), .allow(.ingress, 500, 6, 80)],
      verdict: .forwarded, match: .l3L4, entry: 1),
    Case(
      name: "port prefix, last port inside", entries: [.allow(.ingress, 0, 6, 80, bits: 12)], port: 95,
      verdict: .forwarded, match: .l4Only, entry: 0),
    Case(
      name: "port prefix, first port beyond", entries: [.allow(.ingress, 0, 6, 80, bits: 12)], port: 96,
      verdict: .dropped, reason: .policyDenied, match: .none, entry: -1),
    Case(
      name: "any-peer redirect with priority 1 beats the peer's plain allow of the same port",
      entries: [.allow(.ingress, 500, 6, 80), .redirect(.ingress, 0, 6, 80, priority: 1)],
      verdict: .redirected, match: .l4Only, entry: 1),
    Case(
      name: "protocol without port, the peer's", entries: [.allow(.ingress, 500, 6)],
      verdict: .forwarded, match: .l3Protocol, entry: 0),
    Case(
      name: "protocol without port, anybody's", entries: [.allow(.ingress, 0, 6)],
      verdict: .forwarded, match: .protocolOnly, entry: 0),
    Case(name: "allow all", entries: [.allow(.ingress)], verdict: .forwarded, match: .all, entry: 0),
    Case(
      name: "identity 0 finds the any-peer keys as its own", entries: [.allow(.ingress, 0, 6, 80)], peer: 0,
      verdict: .forwarded, match: .l3L4, entry: 0),
    Case(
      name: "the other direction's entries do not count", entries: [.allow(.egress, 500), .deny(.ingress, 7)],
      verdict: .dropped, reason: .policyDenied, match: .none, entry: -1),
  ]

  @Test("precedence", arguments: cases)
  func precedence(_ item: Case) throws {
    var fixture = Fixture()
    fixture.setPolicy(0, item.entries)
    let tables = LookupTables(fixture.tables)
    let result = tables.lookup(
      policy: 0, direction: .ingress, peer: item.peer, protocolNumber: item.protocolNumber, port: item.port)
    #expect(result.verdict == item.verdict)
    #expect(result.reason == item.reason)
    #expect(result.matchType == item.match)
    #expect(result.entry == item.entry)
    #expect(result.authentication == item.authentication)
  }

  @Test("a direction that is not enforced allows by its allow-all entry, or without one")
  func notEnforced() {
    var fixture = Fixture()
    fixture.tables.policies = [EndpointPolicy()]
    let result = LookupTables(fixture.tables).lookup(
      policy: 0, direction: .egress, peer: 9, protocolNumber: 6, port: 1)
    #expect(result.verdict == .forwarded)
    #expect(result.matchType == .all)
    #expect(result.entry == -1)
  }
}
