/// The filter options, by hubble's names.
public enum FilterFlag: String, Sendable, CaseIterable {
  case verdict, type, `protocol`, port, ip, pod, namespace, label, identity, fqdn, service, workload, cluster
  case fromPort = "from-port"
  case toPort = "to-port"
  case fromIP = "from-ip"
  case toIP = "to-ip"
  case fromPod = "from-pod"
  case toPod = "to-pod"
  case fromNamespace = "from-namespace"
  case toNamespace = "to-namespace"
  case allNamespaces = "all-namespaces"
  case fromAllNamespaces = "from-all-namespaces"
  case toAllNamespaces = "to-all-namespaces"
  case fromLabel = "from-label"
  case toLabel = "to-label"
  case fromIdentity = "from-identity"
  case toIdentity = "to-identity"
  case fromFQDN = "from-fqdn"
  case toFQDN = "to-fqdn"
  case fromService = "from-service"
  case toService = "to-service"
  case fromWorkload = "from-workload"
  case toWorkload = "to-workload"
  case fromCluster = "from-cluster"
  case toCluster = "to-cluster"
  case httpMethod = "http-method"
  case httpPath = "http-path"
  case httpURL = "http-url"
  case httpStatus = "http-status"
  case httpHeader = "http-header"
  case dropReason = "drop-reason-desc"
  case trafficDirection = "traffic-direction"
  case tcpFlags = "tcp-flags"
  case ipVersion = "ip-version"
  case ipv4, ipv6, uuid, interface, reply, encrypted, unencrypted
  case traceID = "trace-id"
  case ipTraceID = "ip-trace-id"
  case snatIP = "snat-ip"
  case nodeName = "node-name"
  case nodeLabel = "node-label"
  case since, until, first, last

  /// Whether the option is followed by a value.
  public var takesValue: Bool {
    switch self {
    case .allNamespaces, .fromAllNamespaces, .toAllNamespaces, .ipv4, .ipv6, .encrypted, .unencrypted: false
    default: true
    }
  }

  /// Options that choose a stretch of the output instead of matching flows; `--not` has no meaning for them.
  var isWindow: Bool {
    switch self {
    case .since, .until, .first, .last: true
    default: false
    }
  }

  /// Options of one group exclude each other: hubble refuses them together, since what they mean together is unclear.
  static let conflicts: [[FilterFlag]] = [
    [.fromFQDN, .fromIP, .ip, .fqdn, .fromNamespace, .namespace, .fromAllNamespaces, .allNamespaces],
    [.fromFQDN, .fromIP, .ip, .fqdn, .fromPod, .pod],
    [.toFQDN, .toIP, .ip, .fqdn, .toNamespace, .namespace, .toAllNamespaces, .allNamespaces],
    [.toFQDN, .toIP, .ip, .fqdn, .toPod, .pod],
    [.toPod, .namespace, .allNamespaces], [.fromPod, .namespace, .allNamespaces],
    [.toService, .namespace, .allNamespaces], [.fromService, .namespace, .allNamespaces],
    [.label, .fromLabel], [.label, .toLabel], [.service, .fromService], [.service, .toService],
    [.port, .toPort], [.port, .fromPort], [.identity, .toIdentity], [.identity, .fromIdentity],
    [.workload, .toWorkload], [.workload, .fromWorkload], [.cluster, .toCluster], [.cluster, .fromCluster],
    [.encrypted, .unencrypted],
  ]
}
