public import Rules

/// A message that a proxy judged or passed on, as Cilium's access log has it.
public struct ProxyEvent: Sendable, Hashable {
  public enum Content: Sendable, Hashable {
    case http(HTTPContent)
    case dns(DNSContent)
    case kafka(KafkaContent)
    /// The connection itself: a server name, or why the proxy closes it.
    case connection(String)
  }

  /// `egress` for the proxy beside the client, `ingress` for the one beside the server.
  public var direction: Direction
  public var isResponse: Bool
  public var isDropped: Bool
  /// From the request to the response, in nanoseconds of capture time; 0 on requests and for the proxy's own answers.
  public var latency: Int64
  public var content: Content

  init(
    _ direction: Direction, _ content: Content, isResponse: Bool = false, isDropped: Bool = false, latency: Int64 = 0
  ) {
    self.direction = direction
    self.content = content
    self.isResponse = isResponse
    self.isDropped = isDropped
    self.latency = max(latency, 0)
  }
}

public struct HTTPContent: Sendable, Hashable {
  public var method: String
  /// Absolute: scheme, host and path.
  public var url: String
  /// `HTTP/1.1`, `HTTP/2`…
  public var version: String
  /// Sorted by name, which is written as Go does: `X-Request-Id`.
  public var headers: [Header]
  /// 0 on requests.
  public var code: Int

  public struct Header: Sendable, Hashable {
    public var name: String
    public var value: String
  }
}

public struct DNSContent: Sendable, Hashable {
  /// Lower-cased, with its final dot.
  public var query: String
  /// Of the questions, such as `A`.
  public var types: [String]
  /// The rest is of answers.
  public var addresses: [String] = []
  public var aliases: [String] = []
  /// Of the answer's records.
  public var recordTypes: [String] = []
  public var timeToLive: UInt32 = 0
  public var code = 0
}

public struct KafkaContent: Sendable, Hashable {
  /// `produce`, `fetch`…
  public var apiKey: String
  public var apiVersion: Int16
  public var correlationID: Int32
  /// The first one that the request names; empty when none.
  public var topic: String
}
