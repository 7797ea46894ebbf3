public import Rules

/// The computed policy of an endpoint: both directions' map entries, and the merged filters they were made from.
public struct EndpointPolicy: Sendable, Equatable {
  /// False: everything is allowed that way, by an allow-all entry.
  public var ingressEnforced = false
  public var egressEnforced = false
  /// The rules that select the endpoint, by direction: what put it under default deny. Indices into
  /// `Tables.provenance.lists`.
  public var ingressRules: UInt32 = 0
  public var egressRules: UInt32 = 0
  /// Why the rules cannot be merged (`cilium-policy.md` §5.2); then nothing of the policy takes effect.
  public var error: String?
  /// Sorted by direction, identity, protocol, port and prefix.
  public var entries: [PolicyMapEntry] = []
  public var filters: [L4Filter] = []

  public init() {}

  public func isEnforced(_ direction: Direction) -> Bool {
    direction == .ingress ? ingressEnforced : egressEnforced
  }

  public func rules(_ direction: Direction) -> UInt32 {
    direction == .ingress ? ingressRules : egressRules
  }
}

/// A policy-map key (`cilium-policy.md` §5.3).
public struct PolicyMapKey: Sendable, Hashable {
  public var direction: Direction
  /// 0: any peer.
  public var identity: UInt32
  /// 0: any protocol; then the port is wild too.
  public var protocolNumber: UInt8
  /// Destination port, or ICMP type, in host order; bits beyond `portPrefixLength` are 0.
  public var port: UInt16
  /// How many leading bits of the port count: 0 (any port) … 16 (exactly `port`).
  public var portPrefixLength: UInt8

  public init(
    direction: Direction, identity: UInt32, protocolNumber: UInt8, port: UInt16, portPrefixLength: UInt8
  ) {
    self.direction = direction
    self.identity = identity
    self.protocolNumber = protocolNumber
    self.port = port
    self.portPrefixLength = portPrefixLength
  }

  /// Specificity: 0 when the protocol is wild, otherwise 8 bits of protocol plus the port's bits.
  public var prefixLength: UInt8 { protocolNumber == 0 ? 0 : 8 + portPrefixLength }

  /// The last port that the key covers.
  public var lastPort: UInt16 {
    portPrefixLength >= 16 ? port : port | UInt16.max >> UInt16(portPrefixLength)
  }
}

extension PolicyMapKey: Comparable {
  /// By direction, identity, protocol, then the broader first.
  public static func < (a: PolicyMapKey, b: PolicyMapKey) -> Bool {
    (a.direction.rawValue, a.identity, a.protocolNumber, a.prefixLength, a.port)
      < (b.direction.rawValue, b.identity, b.protocolNumber, b.prefixLength, b.port)
  }
}

public enum AuthenticationType: UInt8, Sendable, Hashable {
  case none = 0
  case spire = 1
  case testAlwaysFail = 2

  /// As `weir trace` and `weir compile` print it; `none` is `disabled`, which is printed only where it is explicit.
  public var name: String {
    switch self {
    case .none: "disabled"
    case .spire: "spire"
    case .testAlwaysFail: "test-always-fail"
    }
  }
}

public struct PolicyMapEntry: Sendable, Equatable {
  public var key: PolicyMapKey
  public var isDeny = false
  /// 1 + index into `Tables.redirects`; 0: no redirect.
  public var redirect: UInt16 = 0
  /// Higher wins; 0 without redirect.
  public var proxyPriority: UInt8 = 0
  public var authentication = AuthenticationType.none
  /// The rule itself named the mode; otherwise it was inherited.
  public var authenticationIsExplicit = false
  /// Index into `Tables.provenance.lists`.
  public var rules: UInt32 = 0

  public init(key: PolicyMapKey) {
    self.key = key
  }
}

/// One merged L4 filter: a port with all the peers that some rule names for it.
public struct L4Filter: Sendable, Equatable {
  public var direction: Direction
  public var `protocol`: L4Protocol
  public var port: UInt16
  /// 0: a single port.
  public var endPort: UInt16
  /// Empty unless the rule names its port.
  public var portName: String
  /// The first port that is meant: `port`, or what its name stands for, nil where that is nothing.
  public var firstPort: UInt16?
  public var peers: [FilterPeer]

  public init(
    direction: Direction, protocol: L4Protocol, port: UInt16, endPort: UInt16, portName: String, peers: [FilterPeer]
  ) {
    self.direction = direction
    self.protocol = `protocol`
    self.port = port
    self.endPort = endPort
    self.portName = portName
    self.peers = peers
    firstPort = portName.isEmpty ? port : nil
  }

  /// Every port of its protocol, or of all protocols.
  public var isEveryPort: Bool { portName.isEmpty && port == 0 }
}

/// What one peer selector of a filter asks for.
public struct FilterPeer: Sendable, Equatable {
  /// The selector's text, for people.
  public var selector: String
  public var isWildcard: Bool
  /// Selected identities, sorted; empty for a wildcard.
  public var identities: [UInt32] = []
  public var isDeny = false
  /// `http`, `dns`, `kafka`, `tls`, `crd`, or an `l7proto`; empty without proxy.
  public var parser = ""
  public var l7: L7Rules?
  public var serverNames: [String] = []
  /// `NAMESPACE/CONFIG/NAME`
  public var listener = ""
  /// Cilium's listener priority, lower wins; 0 without a proxy.
  public var listenerPriority: Int = 0
  public var authentication: AuthenticationMode?
  public var terminatingTLS: TLSContext?
  public var originatingTLS: TLSContext?
  /// Index into `Tables.provenance.lists`.
  public var rules: UInt32 = 0

  public init(selector: String, isWildcard: Bool) {
    self.selector = selector
    self.isWildcard = isWildcard
  }
}
