import Addresses
import Cluster
import Compiler
import Policy

/// Peers that are addresses, in words: what of each block, group and name the peer is not.
struct AddressText {
  private let scene: Scene
  private var blocks: [String] = []
  private var exceptions: [Mismatch] = []
  private var groups: [Mismatch] = []
  private var names: [FQDNSelector] = []

  init(_ scene: Scene) { self.scene = scene }

  private var address: String { scene.peer.addresses.first?.description ?? scene.peer.name }

  mutating func add(_ selector: FQDNSelector) { names.append(selector) }

  mutating func add(_ selector: CIDRSelector) {
    switch selector.base {
    case .prefix(let prefix):
      blocks.append(prefix.description)
      guard scene.peer.isOutside, let address = scene.peer.address(in: prefix),
        let exception = selector.exceptions.first(where: { $0.contains(address) })
      else { return }
      exceptions.append(Mismatch(.except, "\(prefix) contains \(address) but excepts \(exception)"))
    case .group(let group):
      let text = Self.text(group)
      if !scene.exists(group) {
        groups.append(Mismatch(.group, "\(text) does not exist", distance: scene.peer.isOutside ? 1 : 4))
      } else if let exception = selector.exceptions.first(where: { scene.peer.address(in: $0) != nil }) {
        groups.append(Mismatch(.except, "\(text) excepts \(exception), which contains \(address)"))
      } else {
        groups.append(
          scene.peer.isOutside
            ? Mismatch(.group, "\(text) does not contain \(address)", distance: 2) : inside(.group, text))
      }
    }
  }

  /// The least of what would have to change.
  var mismatches: [Mismatch] {
    if let exception = exceptions.first { return [exception] }
    if let name = names.first { return [mismatch(name)] }
    if let block = blocks.first {
      let all = blocks.count <= 3 ? blocks.joined(separator: ", ") : "\(block) and \(blocks.count - 1) more blocks"
      guard scene.peer.isOutside else { return [inside(.cidr, "CIDR \(all)")] }
      return [Mismatch(.cidr, "\(all) \(blocks.count == 1 ? "does" : "do") not contain \(address)", distance: 2)]
    }
    return groups.first.map { [$0] } ?? []
  }

  private func mismatch(_ name: FQDNSelector) -> Mismatch {
    guard scene.peer.isOutside else { return inside(.fqdn, "toFQDNs \(name.text)") }
    guard scene.isResolved(name) else { return Mismatch(.fqdn, "no address of \(name.text) is known") }
    return Mismatch(.fqdn, "\(address) is no address of \(name.text)", distance: 2)
  }

  /// Neither blocks nor names ever mean pods and nodes.
  private func inside(_ kind: Mismatch.Kind, _ title: String) -> Mismatch {
    Mismatch(kind, "\(title) selects addresses outside the cluster, the peer is \(scene.peer.text)", distance: 4)
  }

  /// `CIDR group offices`, `a CIDR group with role=office`
  static func text(_ group: LabelSelector) -> String {
    guard group.requirements.count == 1, let only = group.requirements.first, only.operator == .exists,
      only.key.hasPrefix(LabelKey.cidrGroupName)
    else {
      let demands = group.requirements.map { requirement in
        LabelText.demand(.init(source: "any", key: requirement.key, requirement.operator, requirement.values))
      }
      return "a CIDR group with \(demands.joined(separator: ", "))"
    }
    return "CIDR group \(only.key.dropFirst(LabelKey.cidrGroupName.count))"
  }
}
