import Policy
import Rules
import Tables

/// How the ports of a rule compare with the port that is asked for.
struct PortMatch {
  /// Index of the element of `toPorts` that allows the port; nil when the rule is for all ports, or does not match.
  var portRule: Int?
  /// Empty when the rule matches.
  var mismatches: [Mismatch] = []
  /// Names of the right protocol that nobody declares.
  var unknownNames: [String] = []

  var isMatch: Bool { mismatches.isEmpty }

  init(_ entry: PolicyEntry, _ scene: Scene) {
    guard !entry.ports.isEmpty else { return }
    var sameProtocol: [PortProtocol] = []
    for (index, rule) in entry.ports.enumerated() {
      for port in rule.ports where Self.covers(port.protocol, scene.question.protocolNumber) {
        sameProtocol.append(port)
        guard Self.matches(port, scene) else { continue }
        portRule = index
        return
      }
    }
    let all = entry.ports.flatMap(\.ports)
    guard !all.isEmpty else {
      mismatches = [Mismatch(.noPorts, "its ports are an empty list, which matches no port at all")]
      return
    }
    guard !sameProtocol.isEmpty else {
      // The same port of another protocol is a slip; anything else is about other traffic.
      let isSlip = all.contains { $0.port == .number(scene.question.port) }
      mismatches = [
        Mismatch(.protocol, "allows \(scene.text(of: all)), asked \(scene.askedPort)", distance: isSlip ? 1 : 3)
      ]
      return
    }
    unknownNames = sameProtocol.compactMap { port in
      guard case .name(let name) = port.port, !scene.portNames.knows(name) else { return nil }
      return name
    }
    let faults = sameProtocol.compactMap { fault(of: $0, scene) }
    if faults.count == sameProtocol.count, let first = faults.first {
      mismatches = [Mismatch(.namedPort, first)]
    } else {
      mismatches = [Mismatch(.port, "allows \(scene.text(of: sameProtocol)), asked \(scene.askedPort)")]
    }
  }

  /// Whether one element of `toPorts` is for the asked port.
  static func holds(_ rule: PortRule, _ scene: Scene) -> Bool {
    rule.ports.contains { covers($0.protocol, scene.question.protocolNumber) && matches($0, scene) }
  }

  /// Why a named port stands for no number; nil for others.
  private func fault(of port: PortProtocol, _ scene: Scene) -> String? {
    guard case .name(let name) = port.port else { return nil }
    let numbers = scene.portNames.numbers(of: name, scene.question.protocolNumber)
    let title = "\(ProtocolText.name(of: scene.question.protocolNumber)) port \(name)"
    switch numbers.count {
    case 0:
      let nobody = scene.question.direction == .ingress ? "\(scene.endpoint.name) does not declare" : "no pod declares"
      return "\(nobody) a \(title), so the rule is ignored"
    case 1: return nil
    default:
      let list = numbers.map(String.init).joined(separator: " and ")
      return "pods declare \(title) as \(list), and an ambiguous name is ignored"
    }
  }

  /// `ANY` beside a port means TCP, UDP and SCTP.
  private static func covers(_ protocol: L4Protocol, _ number: UInt8) -> Bool {
    `protocol` == .any ? [6, 17, 132].contains(number) : `protocol`.rawValue == number
  }

  private static func matches(_ port: PortProtocol, _ scene: Scene) -> Bool {
    let asked = scene.question.port
    switch port.port {
    case .name(let name):
      let numbers = scene.portNames.numbers(of: name, scene.question.protocolNumber)
      guard numbers.count == 1 else { return false }
      return isInside(asked, numbers[0], port.endPort)
    case .number(0) where port.endPort <= 0:
      // For ICMP, 0 is a type of its own unless bug B2 is reproduced.
      let isICMP = port.protocol == .icmp || port.protocol == .icmpv6
      return !isICMP || scene.compatibility.reproducesBugs || asked == 0
    case .number(let number): return isInside(asked, number, port.endPort)
    }
  }

  private static func isInside(_ asked: UInt16, _ first: UInt16, _ last: Int32) -> Bool {
    asked == first || (asked > first && Int32(asked) <= last)
  }
}

/// Protocols as people write them.
enum ProtocolText {
  static func name(of number: UInt8) -> String {
    switch number {
    case 1: "ICMP"
    case 58: "ICMPv6"
    case 47: "GRE"
    case 50: "ESP"
    case 51: "AH"
    default: L4Protocol(rawValue: number)?.name ?? "protocol \(number)"
    }
  }
}
