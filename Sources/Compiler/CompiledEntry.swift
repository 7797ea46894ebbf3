import Addresses
public import Cluster
public import Policy
import Rules
import Tables

/// A policy entry as the endpoint compiler uses it: its services resolved, its rule numbered. A class, because large
/// inputs have many and all phases hand them on.
public final class CompiledEntry: Sendable {
  public let entry: PolicyEntry
  /// Index into `Provenance.rules`.
  public let rule: UInt32
  /// After the expansion of `toServices`; nil: selects nobody.
  public let peers: [PeerSelector]?
  /// A port is named on ingress, which means the subject's own.
  let namesIngressPort: Bool
  /// A port is named on egress, which means those of all pods.
  let namesEgressPort: Bool
  /// Its listener is looked for in the subject's namespace.
  let needsNamespace: Bool
  /// What blocks of length 0 select beside addresses with a prefix label: the world of their family.
  private let worlds: [PeerSelector]

  public init(entry: PolicyEntry, rule: UInt32, peers: [PeerSelector]?, settings: Settings) {
    self.entry = entry
    self.rule = rule
    self.peers = peers
    let namesPort = entry.ports.contains { $0.ports.contains { if case .name = $0.port { true } else { false } } }
    namesIngressPort = namesPort && entry.direction == .ingress
    namesEgressPort = namesPort && entry.direction == .egress
    needsNamespace = entry.ports.contains {
      $0.listener.map { $0.configKind != "CiliumClusterwideEnvoyConfig" } ?? false
    }
    worlds = (peers ?? []).compactMap { Self.world(of: $0, settings) }
  }

  /// All peers, with the direction's requirements added to every label selector (`cilium-policy.md` §1.8).
  public func peers(requiring requirements: [LabelSelector.Requirement]) -> [PeerSelector]? {
    let own = peers?.map { peer in
      guard !requirements.isEmpty, case .labels(var selector) = peer else { return peer }
      selector.requirements += requirements
      return .labels(selector)
    }
    return own.map { $0 + worlds + blocks(requiring: requirements) }
  }

  /// The snapshot lists the ipBlocks of NetworkPolicies once more among the label selectors, and there they get the
  /// requirements too. As no address has a pod's namespace, they select nobody.
  private func blocks(requiring requirements: [LabelSelector.Requirement]) -> [PeerSelector] {
    guard !requirements.isEmpty, entry.origin.kind == "NetworkPolicy" else { return [] }
    return (peers ?? []).compactMap { peer in
      guard case .cidr(let selector) = peer, case .prefix(let prefix) = selector.base else { return nil }
      let block = [LabelSelector.Requirement(source: "cidr", key: prefix.description, .exists)]
      return .labels(LabelSelector(block + requirements))
    }
  }

  /// `cilium-policy.md` §3.3. With one family on, `toCIDR` knows that family's world only, CIDRSets take it for either.
  private static func world(of peer: PeerSelector, _ settings: Settings) -> PeerSelector? {
    guard case .cidr(let selector) = peer, case .prefix(let prefix) = selector.base, prefix.length == 0 else {
      return nil
    }
    var name = "world"
    if settings.isDualStack {
      name = prefix.isIPv6 ? "world-ipv6" : "world-ipv4"
    } else if !selector.isSet, !(prefix.isIPv6 ? settings.enableIPv6 : settings.enableIPv4) {
      return nil
    }
    guard selector.isSet else { return .labels(.reserved(name)) }
    let labels = LabelSelector([.init(source: "reserved", key: name, .exists)])
    return .cidr(CIDRSelector(base: .group(labels), exceptions: selector.exceptions, isSet: true))
  }
}
