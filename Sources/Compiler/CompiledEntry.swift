import Cluster
import Policy
import Rules
import Tables

/// A policy entry as the endpoint compiler uses it: its services resolved, its rule numbered.
struct CompiledEntry {
  var entry: PolicyEntry
  /// Index into `Provenance.rules`.
  var rule: UInt32
  /// After the expansion of `toServices`; nil: selects nobody.
  var peers: [PeerSelector]?

  /// Peers with the direction's requirements added to every label selector (`cilium-policy.md` §1.8).
  func peers(requiring requirements: [LabelSelector.Requirement]) -> [PeerSelector]? {
    guard !requirements.isEmpty else { return peers }
    return peers?.map { peer in
      guard case .labels(var selector) = peer else { return peer }
      selector.requirements += requirements
      return .labels(selector)
    }
  }
}
