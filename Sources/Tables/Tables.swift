public import Addresses
import Rules

/// Everything a back end needs to judge packets, as flat immutable values: the contract between the compiler and the
/// dataplanes. Where an entry came from stands beside it as an index into `provenance`.
public struct Tables: Sendable {
  /// The layout's version; raised when a field changes its meaning.
  public static let version = 1

  /// Sorted by number.
  public var identities: [Identity] = []
  /// Sorted by prefix; an address takes the longest prefix that holds it, else world of its family.
  public var ipcache: [IPCacheEntry] = []
  /// Every endpoint that has an address or a policy. Those of other nodes (`isLocal` false) only give names.
  public var endpoints: [Endpoint] = []
  /// Distinct policies; endpoints with identical policies share one.
  public var policies: [EndpointPolicy] = []
  /// Where a proxied packet goes; `PolicyMapEntry.redirect` counts from 1, 0 being no redirect.
  public var redirects: [Redirect] = []
  /// Service addresses, translated to backends before policy.
  public var services: [ServiceFrontend] = []
  public var backends: [ServiceBackend] = []
  public var provenance = Provenance()
  public var settings = DatapathSettings()

  public init() {}
}

/// A security identity: a number that stands for a set of labels.
public struct Identity: Sendable, Equatable {
  public var id: UInt32
  /// Printed form (`source:key=value`), sorted.
  public var labels: [String]

  public init(id: UInt32, labels: [String]) {
    self.id = id
    self.labels = labels
  }
}

public struct IPCacheEntry: Sendable, Equatable {
  public var prefix: IPPrefix
  public var identity: UInt32
  /// For a node's own address the node's index, otherwise -1. Endpoints of that node (`Endpoint.nodeIndex`) see the
  /// address as the host, identity 1; all others as `identity`.
  public var nodeIndex: Int32

  public init(prefix: IPPrefix, identity: UInt32, nodeIndex: Int32 = -1) {
    self.prefix = prefix
    self.identity = identity
    self.nodeIndex = nodeIndex
  }
}

/// Something with addresses whose traffic can be judged: a pod, or a node's host, health or ingress endpoint.
public struct Endpoint: Sendable, Equatable {
  /// `namespace/name`, or `reserved:host`, `reserved:health`, `reserved:ingress`.
  public var name: String
  public var namespace = ""
  public var podName = ""
  public var node = ""
  /// Stands for the node in `IPCacheEntry.nodeIndex`; -1 when the node is unknown.
  public var nodeIndex: Int32 = -1
  /// The endpoint's number on its node; 0 when unknown.
  public var endpointID: UInt32 = 0
  public var identity: UInt32
  public var addresses: [IPAddress] = []
  /// Container ports that have a name.
  public var ports: [NamedPort] = []
  public var workloadKind = ""
  public var workloadName = ""
  /// False for another node's endpoint when one node's view was asked for, and for pods that Cilium does not manage.
  public var isLocal: Bool
  /// Index into `Tables.policies`; nil when nobody judges this end.
  public var policy: Int?

  public init(name: String, identity: UInt32, isLocal: Bool) {
    self.name = name
    self.identity = identity
    self.isLocal = isLocal
  }
}

/// A container port by its name.
public struct NamedPort: Sendable, Hashable {
  public var name: String
  public var port: UInt16
  public var protocolNumber: UInt8

  public init(name: String, port: UInt16, protocolNumber: UInt8) {
    self.name = name
    self.port = port
    self.protocolNumber = protocolNumber
  }
}

/// A proxy that packets are sent to instead of their destination.
public enum Redirect: Sendable, Hashable {
  /// HTTP, and TLS with server names.
  case http
  case dns
  /// Kafka and other `l7proto`.
  case proxylib
  /// `NAMESPACE/CONFIG/NAME`
  case listener(String)

  /// As `weir trace` and `weir compile` print it.
  public var name: String {
    switch self {
    case .http: "http"
    case .dns: "dns"
    case .proxylib: "proxylib"
    case .listener(let name): "listener:\(name)"
    }
  }
}

/// One address and port of a service.
public struct ServiceFrontend: Sendable, Equatable {
  public var address: IPAddress
  public var port: UInt16
  /// 6, 17 or 132.
  public var protocolNumber: UInt8
  public var namespace: String
  public var name: String
  /// Range in `Tables.backends`; empty when the service has none (packets are dropped, 158).
  public var backends: Range<Int>

  public init(
    address: IPAddress, port: UInt16, protocolNumber: UInt8, namespace: String, name: String, backends: Range<Int>
  ) {
    self.address = address
    self.port = port
    self.protocolNumber = protocolNumber
    self.namespace = namespace
    self.name = name
    self.backends = backends
  }
}

public struct ServiceBackend: Sendable, Hashable {
  public var address: IPAddress
  public var port: UInt16

  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// The agent options that the packet path itself looks at.
public struct DatapathSettings: Sendable, Equatable {
  public var enableIPv4 = true
  public var enableIPv6 = true
  public var auditMode = false
  public var sctp = false
  public var icmpRules = true
  public var extendedIPProtocols = false
  public var allowICMPFragNeeded = true
  public var fragmentTrackingIPv4 = true
  public var fragmentTrackingIPv6 = true
  public var hostFirewall = false
  /// UDP port of the overlay, to which pods may not send; nil without one.
  public var tunnelPort: UInt16?
  /// Identities have the numbers that they have in the cluster, and were not numbered for want of its objects: what a
  /// tunnel carries means something.
  public var hasClusterIdentities = false
  /// Lifetimes of connections in seconds of capture time (`cilium-policy.md` §9).
  public var timeoutTCP: UInt32 = 8000
  public var timeoutTCPSyn: UInt32 = 60
  public var timeoutTCPFin: UInt32 = 10
  public var timeoutAny: UInt32 = 60
  /// The cluster's name, for flow records.
  public var clusterName = "default"

  public init() {}

  /// The identity of an IPv4 address that nothing claims.
  public var worldIPv4: UInt32 {
    enableIPv4 && enableIPv6 ? ReservedIdentity.worldIPv4 : ReservedIdentity.world
  }

  /// The identity of an IPv6 address that nothing claims.
  public var worldIPv6: UInt32 {
    enableIPv4 && enableIPv6 ? ReservedIdentity.worldIPv6 : ReservedIdentity.world
  }
}
