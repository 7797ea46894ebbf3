import Addresses
import Cluster

/// One end of a connection, as a rule sees it.
struct NaiveParty {
  var labels: [Label] = []
  /// Set for addresses outside the cluster: what CIDRs can match.
  var outside: IPAddress?
  /// Addresses of a node, where CIDRs match those too.
  var nodeAddresses: [IPAddress] = []
  /// Texts of the `toFQDNs` selectors are compared with these.
  var names: [String] = []
  /// The host of the node from which it is seen.
  var isHost = false

  func has(_ reserved: String) -> Bool { labels.contains(.reserved(reserved)) }

  /// Inside one of the prefixes, by address alone.
  func isInside(_ prefix: IPPrefix) -> Bool {
    (outside.map { [$0] } ?? nodeAddresses).contains(where: prefix.contains)
  }

  func satisfies(_ term: WrittenSelector.Term, source: String? = nil) -> Bool {
    let source = source ?? term.source
    let found = labels.first { $0.key == term.key && (source.isEmpty || source == "any" || source == $0.source) }
    switch term.operator {
    case .equals, .in: return found.map { term.values.contains($0.value) } ?? false
    case .notIn: return found.map { !term.values.contains($0.value) } ?? true
    case .exists: return found != nil
    case .doesNotExist: return found == nil
    }
  }

  func satisfies(_ selector: WrittenSelector, source: String? = nil) -> Bool {
    selector.terms.allSatisfy { satisfies($0, source: source) }
  }

  /// The value of a `k8s` label.
  func value(_ key: String) -> String? {
    labels.first { $0.source == "k8s" && $0.key == key }?.value
  }
}

/// Somebody who can be asked about, by what a user would call it.
enum NaiveActor: Hashable {
  /// Index into `Cluster.pods`.
  case pod(Int)
  /// The endpoints of a node.
  case host(String)
  case health(String)
  case ingress(String)
  case address(IPAddress)
}
