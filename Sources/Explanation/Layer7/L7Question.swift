/// What a connection carries, as far as a user says: what its proxies would read.
public struct L7Question: Sendable, Equatable {
  public struct Header: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public struct Request: Sendable, Equatable {
    public var method: String
    /// The whole target, with its query.
    public var path: String
    /// With its port where the client sends one; nil: no Host header.
    public var host: String?
    public var headers: [Header]

    public init(method: String, path: String, host: String?, headers: [Header]) {
      self.method = method
      self.path = path
      self.host = host
      self.headers = headers
    }

    /// As a client sends it.
    var head: [UInt8] {
      var lines = ["\(method) \(path) HTTP/1.1"]
      if let host { lines.append("Host: \(host)") }
      lines += headers.map { "\($0.name): \($0.value)" }
      return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// `GET /path`
    var text: String { "\(method) \(path)" }
  }

  public var request: Request?
  /// The name in the TLS ClientHello; nil: no TLS.
  public var serverName: String?
  /// The name that a DNS query asks for.
  public var queryName: String?

  public init(request: Request? = nil, serverName: String? = nil, queryName: String? = nil) {
    self.request = request
    self.serverName = serverName
    self.queryName = queryName
  }

  public var isEmpty: Bool { request == nil && serverName == nil && queryName == nil }
}
