import Addresses
import Flow
import Foundation
import Testing

/// The events of `weir replay` against the lab's verdicts: of each conversation the hops of its first packet.
@Suite struct LabReplayTests {
  private struct Conversation: Hashable {
    var source: String
    var destination: String
    var `protocol`: String
    /// Ports, or type and 0.
    var low: UInt16
    var high: UInt16

    init?(_ flow: Flow) {
      guard let ip = flow.ip, let l4 = flow.l4 else { return nil }
      source = ip.source.description
      destination = ip.destination.description
      switch l4 {
      case .tcp(let tcp): (self.protocol, low, high) = ("TCP", tcp.source, tcp.destination)
      case .udp(let udp): (self.protocol, low, high) = ("UDP", udp.source, udp.destination)
      case .icmpv4(let icmp): (self.protocol, low, high) = ("ICMP", 0, UInt16(icmp.type))
      case .icmpv6(let icmp): (self.protocol, low, high) = ("ICMPv6", 0, UInt16(icmp.type))
      default: return nil
      }
    }

    func isMeant(by expectation: Expectation) -> Bool {
      source == expectation.source && destination == Lab.translated(expectation.destination)
        && `protocol` == expectation.protocol && high == expectation.port ?? expectation.icmpType.map(UInt16.init)
    }
  }

  /// The events of each conversation's first packet, in the order of the captures.
  private func conversations(_ capture: String, _ flags: [String]) throws -> [(Conversation, [Flow])] {
    var order: [Conversation] = []
    var events: [Conversation: [Flow]] = [:]
    for flow in try Lab.flows([capture] + flags) {
      // What proxies say is another test's.
      guard flow.type != .l7, let conversation = Conversation(flow) else { continue }
      if events[conversation] == nil { order.append(conversation) }
      if let first = events[conversation]?.first, first.time != flow.time { continue }
      events[conversation, default: []].append(flow)
    }
    return order.map { ($0, events[$0] ?? []) }
  }

  private func check(_ flags: [String], _ select: (Expectation) -> Expectation) throws {
    for capture in Lab.captures {
      var left = try conversations(capture, flags)
      for (expectation, _) in try Expectation.all() where expectation.capture == capture {
        let expected = select(expectation)
        guard let index = left.firstIndex(where: { $0.0.isMeant(by: expected) }) else {
          Issue.record("\(expected.id): no event")
          continue
        }
        let events = left.remove(at: index).1
        check(events, .egress, expected.egress, "\(expected.id) egress")
        // What is dropped on its way out never arrives, nor does a query that the proxy there refuses.
        let isRefused = expected.egress?.redirect == "dns" && expected.verdict == "DROPPED"
        let arrives = expected.egress?.verdict != "DROPPED" && !isRefused
        check(events, .ingress, arrives ? expected.ingress : nil, "\(expected.id) ingress")
      }
      #expect(left.isEmpty, "\(capture) has conversations that nobody expects")
    }
  }

  private func check(_ events: [Flow], _ direction: Flow.Direction, _ expected: Expectation.Hop?, _ name: Comment) {
    let events = events.filter { $0.trafficDirection == direction }
    guard let expected else {
      #expect(events.isEmpty, name)
      return
    }
    let isDrop = expected.verdict == "DROPPED"
    #expect(events.count == (isDrop ? 2 : 1), name)
    for event in events {
      #expect(event.verdict.protobufName == expected.verdict, name)
      #expect(isDrop ? event.dropReason.protobufName == expected.dropReason : event.dropReason == .unknown, name)
    }
    guard expected.verdict != "DROPPED" || expected.dropReason == "POLICY_DENY" else { return }
    let verdict = events.first { $0.eventType.type == 5 }
    let lists: [[Flow.Policy]?] =
      direction == .egress
      ? [verdict?.egressAllowedBy, verdict?.egressDeniedBy] : [verdict?.ingressAllowedBy, verdict?.ingressDeniedBy]
    let named = lists.compactMap(\.self).joined().map { $0.namespace.isEmpty ? $0.name : "\($0.namespace)/\($0.name)" }
    #expect(Set(named) == Set(expected.policies ?? []), name)
  }

  @Test func theFirstPacketOfEveryConversationIsJudgedAsWorkedOutByHand() throws {
    try check(Lab.inForce + Lab.resolved) { $0 }
  }

  @Test func theProposedChangeBreaksWhatItIsExpectedTo() throws {
    // Without the lookups nothing is resolved, and the connection of demo-08 is refused.
    try check(Lab.changed) { $0.changed }
  }

  @Test func severalCapturesAreReplayedInTimeOrder() throws {
    let together = try Lab.flows(Lab.captures + Lab.inForce)
    let times = together.compactMap(\.time)
    #expect(times.count == together.count)
    #expect(times == times.sorted())
    let apart = try Lab.captures.map { try Lab.flows([$0] + Lab.inForce).count }
    #expect(together.count == apart.reduce(0, +))
    let turned = try Lab.flows(Lab.captures.reversed() + Lab.inForce)
    #expect(turned == together)
  }
}
