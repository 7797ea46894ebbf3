import Cluster
import Rules

/// The numbers that port names stand for. Other than the compiler's own table it tells an unknown name from one that
/// stands for several numbers.
struct PortNames: Sendable {
  private struct Key: Hashable {
    var name: String
    var protocolNumber: UInt8
  }

  private var numbers: [Key: Set<UInt16>] = [:]
  private var names: Set<String> = []

  init(_ ports: some Sequence<Pod.NamedPort>) {
    for port in ports where port.port != 0 {
      let name = port.name.lowercased()
      numbers[Key(name: name, protocolNumber: port.protocolNumber), default: []].insert(port.port)
      names.insert(name)
    }
  }

  /// Ascending; only a single number counts.
  func numbers(of name: String, _ protocolNumber: UInt8) -> [UInt16] {
    (numbers[Key(name: name.lowercased(), protocolNumber: protocolNumber)] ?? []).sorted()
  }

  /// Whether anybody declares the name, for whatever protocol.
  func knows(_ name: String) -> Bool { names.contains(name.lowercased()) }
}
