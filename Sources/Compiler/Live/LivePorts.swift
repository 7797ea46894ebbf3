import Cluster
import Rules

/// What port names of all pods stand for, while pods come and go.
struct LivePorts {
  private struct Key: Hashable {
    var name: String
    var protocolNumber: UInt8
  }

  /// How many pods declare which number.
  private var counts: [Key: [UInt16: Int]] = [:]
  private(set) var ports: NamedPorts

  init(_ pods: [Pod]) {
    ports = NamedPorts(ofPeers: pods)
    for pod in pods where pod.isPeer { count(pod.ports, 1) }
  }

  private mutating func count(_ ports: [Pod.NamedPort], _ step: Int) {
    for port in ports where port.port != 0 {
      let key = Key(name: port.name.lowercased(), protocolNumber: port.protocolNumber)
      let count = (counts[key]?[port.port] ?? 0) + step
      counts[key, default: [:]][port.port] = count > 0 ? count : nil
    }
  }

  /// True when some name means something else than before.
  mutating func replace(_ old: [Pod.NamedPort], by new: [Pod.NamedPort]) -> Bool {
    guard old != new else { return false }
    count(old, -1)
    count(new, 1)
    var isChanged = false
    for port in old + new {
      let known = counts[Key(name: port.name.lowercased(), protocolNumber: port.protocolNumber)] ?? [:]
      if ports.set(port.name.lowercased(), port.protocolNumber, to: Array(known.keys)) { isChanged = true }
    }
    return isChanged
  }
}

extension Pod {
  /// Has a network of its own, and thus an identity and endpoints' addresses.
  var isPeer: Bool { !isFinished && !hostNetwork }
}
