import Rules

/// A policy as its author wrote it, before any of Cilium's rewriting. It is rendered as YAML for the reader under test,
/// and judged as it stands by the naive evaluator.
struct WrittenPolicy {
  enum Kind: Equatable { case namespaced, clusterwide, kubernetes }

  var kind: Kind
  /// Empty for cluster-wide policies.
  var namespace: String
  var name: String
  /// One for a NetworkPolicy.
  var rules: [WrittenRule]
}

struct WrittenRule {
  var subject: WrittenSelector
  /// The subject is a `nodeSelector`.
  var selectsNodes = false
  /// `enableDefaultDeny`
  var defaultDeny: [Direction: Bool] = [:]
  /// `policyTypes` of a NetworkPolicy; nil: not written.
  var types: [Direction]?
  var elements: [WrittenElement]
}

/// One element of `ingress`, `egressDeny`, …
struct WrittenElement {
  var direction: Direction
  var isDeny = false
  var peers = WrittenPeers.absent
  /// nil: not written.
  var ports: [WrittenPorts]?
  var icmps: [[WrittenICMP]]?
  var requires: [WrittenSelector] = []
  var authentication: AuthenticationMode?
}

enum WrittenPeers {
  case absent
  case endpoints([WrittenSelector])
  case entities([String])
  case cidrs([String])
  case cidrSets([WrittenCIDRSet])
  case nodes([WrittenSelector])
  case services([WrittenService])
  case names([WrittenName])
  /// `from`/`to` of a NetworkPolicy.
  case kubernetes([WrittenPeer])
}

struct WrittenCIDRSet {
  enum Base {
    case prefix(String)
    case group(String)
    case groupSelector(WrittenSelector)
  }

  var base: Base
  var exceptions: [String] = []
}

struct WrittenService {
  /// nil: not written.
  var namespace: String?
  var name: String?
  var selector: WrittenSelector?
}

struct WrittenName {
  var isPattern: Bool
  var text: String
}

/// One peer of a NetworkPolicy.
struct WrittenPeer {
  var pods: WrittenSelector?
  var namespaces: WrittenSelector?
  var block: WrittenCIDRSet?
}

struct WrittenPorts {
  struct Port {
    /// A number or a name.
    var port: String
    var endPort: Int?
    /// `TCP`, …, `ANY`; empty: not written.
    var `protocol`: String
  }

  enum Proxy {
    case http, kafka, dns
    /// Only an empty list of HTTP rules, which restricts nothing.
    case emptyHTTP
    case proxylib(String)
    case serverNames([String])
    case listener(config: String, name: String, priority: Int, isClusterwide: Bool)
  }

  var ports: [Port]
  var proxy: Proxy?
}

struct WrittenICMP {
  /// `IPv4`, `IPv6`; empty: not written.
  var family: String
  var type: Int
}

struct WrittenSelector {
  enum Operator: String { case equals, `in` = "In", notIn = "NotIn", exists = "Exists", doesNotExist = "DoesNotExist" }

  struct Term {
    /// `k8s`, `reserved`, …; empty: not written.
    var source = ""
    var key: String
    var `operator` = Operator.equals
    var values: [String] = []
  }

  var terms: [Term] = []
}
