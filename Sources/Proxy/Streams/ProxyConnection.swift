import Layer7
import Rules

/// What is known of one proxied TCP connection.
final class ProxyConnection {
  enum Reading {
    /// Nothing that the client says was read yet.
    case opening
    case http1, http2, dns, kafka
    /// Nothing more is to be judged.
    case opaque
  }

  /// From the client to the server.
  let hops: [ProxyHop]
  let client: StreamEnd
  let server: StreamEnd
  let isClientAscending: Bool
  /// The capture has the connection's beginning.
  let hasBeginning: Bool
  var reading = Reading.opening
  /// The proxy that has closed the connection.
  var closedBy: Direction?
  /// One of its directions has come to its end.
  var hasEnded = false
  /// Bytes of the client were lost in the capture: what cannot be read now may be sound.
  var isDamaged = false
  /// It is counted that lost bytes may hide requests.
  var isIncomplete = false

  var http1 = HTTP1Exchanges()
  var clientHTTP1 = HTTP1Parser()
  var serverHTTP1 = HTTP1Parser()
  var clientHTTP2: HTTP2Parser?
  var serverHTTP2: HTTP2Parser?
  /// Unanswered requests in their order, and those of HTTP/2 by their streams.
  var requests: [PendingRequest] = []
  var streams: [UInt32: PendingRequest] = [:]
  var dns = DNSStreamParser()
  var kafka = KafkaParser(.client)
  var kafkaExchanges = KafkaExchanges()

  /// What the fields of both directions of HTTP/2 took when it was counted last.
  var fieldBytes = 0

  /// About how many bytes the unanswered requests take, and the fields of HTTP/2.
  var heldBytes: Int {
    fieldBytes + requests.reduce(0) { $0 + $1.heldBytes } + streams.values.reduce(0) { $0 + $1.heldBytes }
  }

  /// Unanswered requests that are remembered.
  static let maximumRequests = 1_024

  init(_ hops: [ProxyHop], client: StreamEnd, server: StreamEnd, hasBeginning: Bool) {
    self.hops = hops
    self.client = client
    self.server = server
    self.hasBeginning = hasBeginning
    isClientAscending = !(server < client)
  }

  /// Frees what is counted in `heldBytes`.
  func forgetRequests() {
    requests = []
    streams = [:]
    clientHTTP2 = nil
    serverHTTP2 = nil
    fieldBytes = 0
  }

  /// Everything from the beginning was there: what is not understood, the proxy would not understand either.
  var isWhole: Bool { hasBeginning && !isDamaged }
}

/// A request whose response has not come.
struct PendingRequest {
  var time: Int64
  /// The proxies that passed it on.
  var passed: [Direction] = []
  var isRefused = false
  /// As it is in events; nil when none are wanted.
  var content: HTTPContent?

  var heldBytes: Int {
    guard let content else { return 0 }
    return content.method.utf8.count + content.url.utf8.count + content.version.utf8.count
  }
}
