import Manifest
import Rules

/// One rule of a CNP or CCNP as decoded: `spec`, or an element of `specs`. Not yet validated; keeps apart what is absent
/// and what is an empty list (`cilium-policy.md` §1.6).
struct RuleDocument: Sendable {
  var field: Field
  var endpointSelector: SelectorDocument?
  var nodeSelector: SelectorDocument?
  /// nil: absent. In the order of the four lists below.
  var ingress: [RuleElement]?
  var ingressDeny: [RuleElement]?
  var egress: [RuleElement]?
  var egressDeny: [RuleElement]?
  var defaultDenyIngress: Bool?
  var defaultDenyEgress: Bool?
  var log: String?

  /// The elements of all four lists, in the order in which Cilium checks them.
  var elements: [RuleElement] {
    (ingress ?? []) + (ingressDeny ?? []) + (egress ?? []) + (egressDeny ?? [])
  }

  func hasElements(_ direction: Direction) -> Bool {
    switch direction {
    case .ingress: !(ingress ?? []).isEmpty || !(ingressDeny ?? []).isEmpty
    case .egress: !(egress ?? []).isEmpty || !(egressDeny ?? []).isEmpty
    }
  }
}

/// One element of `ingress`, `ingressDeny`, `egress` or `egressDeny`. Lists are nil when absent.
struct RuleElement: Sendable {
  var field: Field
  var direction: Direction
  var isDeny: Bool
  var endpoints: [SelectorDocument]?
  var requires: [SelectorDocument]?
  var nodes: [SelectorDocument]?
  var cidrs: [Located<String>]?
  var cidrSets: [CIDRSetDocument]?
  var entities: [Located<String>]?
  var groups: [Field]?
  /// Egress only.
  var services: [ServiceDocument]?
  /// Egress allow rules only.
  var fqdns: [NameDocument]?
  var ports: [PortRuleDocument]?
  var icmps: [ICMPDocument]?
  /// Allow rules only; as written.
  var authentication: Located<String>?

  /// The names of the peer lists in messages and in the file: `fromEndpoints`, `toCIDRSet`, …
  func listName(_ suffix: String) -> String { (direction == .ingress ? "from" : "to") + suffix }
}

/// A label selector as written: keys not yet converted.
struct SelectorDocument: Sendable {
  struct Expression: Sendable {
    var field: Field
    var key: String
    var `operator`: String
    var values: [String]
  }

  var field: Field
  var labels: [String: String]
  var expressions: [Expression]
}

struct CIDRSetDocument: Sendable {
  var field: Field
  var cidr: String
  var groupRef: String
  var groupSelector: SelectorDocument?
  var exceptions: [Located<String>]
}

struct ServiceDocument: Sendable {
  var field: Field
  /// `k8sService`; nil when absent.
  var name: (service: String, namespace: String)?
  /// `k8sServiceSelector`; nil when absent.
  var selector: (selector: SelectorDocument, namespace: String)?
}

/// An element of `toFQDNs` or of `rules.dns`.
struct NameDocument: Sendable {
  var field: Field
  var matchName: String
  var matchPattern: String
}

struct ICMPDocument: Sendable {
  struct Entry: Sendable {
    var field: Field
    /// As written; empty means IPv4.
    var family: String
    var type: Int64
  }

  var field: Field
  var entries: [Entry]
}
