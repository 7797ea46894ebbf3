import Addresses
public import Cluster
public import Policy
import Rules
import Tables

/// A policy entry as the endpoint compiler uses it: its services resolved, its rule numbered.
public struct CompiledEntry: Sendable {
  public let entry: PolicyEntry
  /// Index into `Provenance.rules`.
  public let rule: UInt32
  /// After the expansion of `toServices`; nil: selects nobody.
  public let peers: [PeerSelector]?
  /// What blocks of length 0 select beside addresses with a prefix label: the world of their family.
  private let worlds: [PeerSelector]

  public init(entry: PolicyEntry, rule: UInt32, peers: [PeerSelector]?, settings: Settings) {
    self.entry = entry
    self.rule = rule
    self.peers = peers
    worlds = (peers ?? []).compactMap { Self.world(of: $0, settings) }
  }

  /// All peers, with the direction's requirements added to every label selector (`cilium-policy.md` §1.8).
  public func peers(requiring requirements: [LabelSelector.Requirement]) -> [PeerSelector]? {
    let own = peers?.map { peer in
      guard !requirements.isEmpty, case .labels(var selector) = peer else { return peer }
      selector.requirements += requirements
      return .labels(selector)
    }
    return own.map { $0 + worlds }
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
