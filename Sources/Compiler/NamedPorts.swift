import Cluster
import Rules

/// What port names stand for: on ingress the subject's own ports, on egress those of all pods of the cluster
/// (`cilium-policy.md` §5.3).
struct NamedPorts: Hashable, Sendable {
  private struct Key: Hashable {
    var name: String
    var protocolNumber: UInt8
  }

  /// nil where pods disagree.
  private var numbers: [Key: UInt16?] = [:]

  init() {}

  init(_ ports: some Sequence<Pod.NamedPort>) {
    add(ports)
  }

  mutating func add(_ ports: some Sequence<Pod.NamedPort>) {
    for port in ports where port.port != 0 {
      let key = Key(name: port.name.lowercased(), protocolNumber: port.protocolNumber)
      if let known = numbers[key], known != port.port { numbers[key] = .some(nil) } else { numbers[key] = port.port }
    }
  }

  /// Sets what a lower-cased name means by the numbers declared for it; true when that is something else than before.
  mutating func set(_ name: String, _ protocolNumber: UInt8, to declared: [UInt16]) -> Bool {
    let key = Key(name: name, protocolNumber: protocolNumber)
    let known = numbers[key]
    switch declared.count {
    case 0: numbers[key] = nil
    case 1: numbers[key] = declared[0]
    default: numbers[key] = .some(nil)
    }
    return known != numbers[key]
  }

  /// nil when nobody declares the name for the protocol, or when two numbers are declared.
  func number(of name: String, protocol: L4Protocol) -> UInt16? {
    numbers[Key(name: name, protocolNumber: `protocol`.rawValue)] ?? nil
  }
}
