public import Addresses
public import Cluster
public import Manifest
public import Rules

/// One element of a rule list (`ingress`, `egressDeny`, …) after validation and translation: the unit that the compiler
/// works on (`cilium-policy.md` §1.7). Kubernetes NetworkPolicy peers become one entry each.
public struct PolicyEntry: Sendable {
  public var direction: Direction
  /// The endpoints, or with `subjectIsNode` the nodes, that the entry applies to; already confined to the policy's
  /// namespace (§1.9).
  public var subject: LabelSelector
  public var subjectIsNode = false
  public var isDeny = false
  /// The entry's share in switching default deny on (§4.2).
  public var defaultDeny = true
  /// nil: a peer list was present but empty, so the entry selects nobody. Empty: no peer list at all.
  public var peers: [PeerSelector]?
  /// `toServices` elements; the compiler turns them into peers when it knows the services (§8.1).
  public var services: [ServiceReference] = []
  /// `toPorts` elements, then one for each `icmps` element. Empty: all protocols and ports.
  public var ports: [PortRule] = []
  /// `fromRequires`/`toRequires` (§1.8).
  public var requires: [LabelSelector] = []
  public var authentication: AuthenticationMode?
  /// Its peers are groups of a cloud provider (`toGroups`, `fromGroups`), which nobody here can resolve (§8.2).
  public var usesGroups = false
  public var origin: RuleOrigin
  /// `log.value` of the rule.
  public var log: String?

  public init(direction: Direction, subject: LabelSelector, peers: [PeerSelector]?, origin: RuleOrigin) {
    self.direction = direction
    self.subject = subject
    self.peers = peers
    self.origin = origin
  }
}

/// Which part of which object an entry comes from.
public struct RuleOrigin: Sendable, Hashable {
  /// `CiliumNetworkPolicy`, `CiliumClusterwideNetworkPolicy` or `NetworkPolicy`.
  public var kind: String
  /// Empty for cluster-wide policies.
  public var namespace: String
  public var name: String
  /// Where the element begins, such as `spec.ingress[0]`.
  public var location: Location
  /// The path of the element in its object.
  public var path: String

  public init(kind: String, namespace: String, name: String, location: Location, path: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.location = location
    self.path = path
  }
}

/// One peer of an entry. Equality is Cilium's: selectors written alike are one.
public enum PeerSelector: Sendable, Hashable {
  /// Endpoints, nodes and entities.
  case labels(LabelSelector)
  case cidr(CIDRSelector)
  case fqdn(FQDNSelector)

  public static let wildcard = PeerSelector.labels(.wildcard)

  public var isWildcard: Bool { self == .wildcard }
}

/// Addresses outside the cluster: a prefix or a CIDR group, less the exceptions (§3.3, §3.4).
public struct CIDRSelector: Sendable, Hashable {
  public enum Base: Sendable, Hashable {
    case prefix(IPPrefix)
    /// `cidrGroupRef` (a demand that the group's name label exists) or `cidrGroupSelector`; keys have the source
    /// `cidrgroup`.
    case group(LabelSelector)
  }

  public var base: Base
  public var exceptions: [IPPrefix]
  /// True for an element of a CIDRSet or an ipBlock, false for `toCIDR`/`fromCIDR` (they differ for /0 in single stack).
  public var isSet: Bool

  public init(base: Base, exceptions: [IPPrefix], isSet: Bool) {
    self.base = base
    self.exceptions = exceptions
    self.isSet = isSet
  }
}

/// A name or pattern whose learnt addresses are meant; as written, one of the two empty.
public struct FQDNSelector: Sendable, Hashable {
  public var matchName: String
  public var matchPattern: String

  public init(matchName: String, matchPattern: String) {
    self.matchName = matchName
    self.matchPattern = matchPattern
  }

  /// The text that Cilium puts into the `fqdn` label.
  public var text: String { matchName.isEmpty ? matchPattern : matchName }
}

/// One element of `toServices`.
public struct ServiceReference: Sendable, Hashable {
  /// nil: any namespace.
  public var namespace: String?
  public var name: String?
  /// Matches the service's own labels; wins over `name` when both are given.
  public var selector: LabelSelector?

  public init(namespace: String?, name: String?, selector: LabelSelector?) {
    self.namespace = namespace
    self.name = name
    self.selector = selector
  }
}
