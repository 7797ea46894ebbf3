/// What proxies have seen. A message that passes two proxies counts once.
public struct ProxyCounters: Sendable, Equatable {
  public var httpRequests: UInt64 = 0
  public var httpDenied: UInt64 = 0
  public var dnsQueries: UInt64 = 0
  public var dnsDenied: UInt64 = 0
  /// Connections judged by the server name that the client asks for, or by its asking for none.
  public var serverNames: UInt64 = 0
  public var serverNamesDenied: UInt64 = 0
  public var kafkaRequests: UInt64 = 0
  public var kafkaDenied: UInt64 = 0
  /// Connections that a proxy closes, by the reason; refused server names are not among them.
  public var closed: [CloseReason: UInt64] = [:]
  /// Connections that nothing can be said of, by the reason.
  public var unjudged: [UnjudgedReason: UInt64] = [:]
  /// Connections and segments that were given up for want of memory.
  public var givenUp: UInt64 = 0

  public init() {}

  public mutating func add(_ other: ProxyCounters) {
    httpRequests += other.httpRequests
    httpDenied += other.httpDenied
    dnsQueries += other.dnsQueries
    dnsDenied += other.dnsDenied
    serverNames += other.serverNames
    serverNamesDenied += other.serverNamesDenied
    kafkaRequests += other.kafkaRequests
    kafkaDenied += other.kafkaDenied
    closed.merge(other.closed) { $0 + $1 }
    unjudged.merge(other.unjudged) { $0 + $1 }
    givenUp += other.givenUp
  }
}

/// Why a proxy closes a connection that its rules did not refuse by name.
public enum CloseReason: String, Sendable, Hashable, CaseIterable {
  case notAllowed = "no rule of the proxy allows the connection"
  case encrypted = "TLS where the rules want plain text"
  case notHTTP = "not HTTP where the rules want HTTP"
  case malformedHTTP = "HTTP that Envoy refuses to read"
  /// It answers with status 431.
  case headTooLarge = "an HTTP head larger than Envoy takes"
  case notKafka = "not Kafka where the rules want Kafka"
  case notDNS = "not DNS where the rules want DNS"
  case helloTooLarge = "a ClientHello larger than Envoy takes"
}

/// Why nothing can be said of a connection that goes through a proxy.
public enum UnjudgedReason: Sendable, Hashable {
  /// A listener or parser that Weir does not model.
  case unmodelled(String)
  /// The proxy decrypts what the capture has encrypted.
  case terminatedTLS
  /// The capture lacks the bytes that tell.
  case incomplete
  /// What HTTP/2 compresses does not fit into memory together with that of all other connections.
  case exhausted
  /// QUIC, whose server names Cilium does not look at.
  case quic

  public var text: String {
    switch self {
    case .unmodelled(let name): "redirected to \(name), a proxy that Weir does not model"
    case .terminatedTLS: "TLS that the proxy would decrypt (terminatingTLS)"
    case .incomplete: "the capture lacks the bytes that the proxy would judge"
    case .exhausted: "compressed headers that do not fit into memory"
    case .quic: "QUIC redirected to a proxy for TCP"
    }
  }
}
