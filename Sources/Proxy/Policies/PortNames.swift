import Rules
import Tables

/// What port names stand for: on ingress the endpoint's own ports, on egress those of all pods (`cilium-policy.md` §5.3).
struct PortNames: Sendable {
  private struct Key: Hashable {
    var name: String
    var protocolNumber: UInt8
  }

  private let tables: Tables
  /// Of all endpoints; several numbers for one name stand for none.
  private let numbers: [Key: Set<UInt16>]

  init(_ tables: Tables) {
    self.tables = tables
    var numbers: [Key: Set<UInt16>] = [:]
    for endpoint in tables.endpoints {
      for port in endpoint.ports {
        numbers[Key(name: port.name.lowercased(), protocolNumber: port.protocolNumber), default: []].insert(port.port)
      }
    }
    self.numbers = numbers
  }

  func number(of name: String, protocolNumber: UInt8, _ direction: Direction, endpoint: Int) -> UInt16? {
    let name = name.lowercased()
    if direction == .ingress {
      return tables.endpoints[endpoint].ports.first {
        $0.protocolNumber == protocolNumber && $0.name.lowercased() == name
      }?.port
    }
    let known = numbers[Key(name: name, protocolNumber: protocolNumber)] ?? []
    return known.count == 1 ? known.first : nil
  }
}
