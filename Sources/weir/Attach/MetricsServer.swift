import ArgumentParser
import Glibc

/// The address and port that `--metrics` names: `ADDR:PORT`, `[ADDR]:PORT` or `:PORT`.
struct MetricsAddress: ExpressibleByArgument {
  var host: String
  var port: UInt16

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...]) else {
      return nil
    }
    var host = argument[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    (self.host, self.port) = (String(host), port)
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Serves one document over HTTP/1.1, a connection for each request, without ever waiting for a client: `GET /metrics`.
struct MetricsServer: ~Copyable {
  /// Why it cannot serve.
  struct Failure: Error {
    var reason: String
    var isPermission: Bool
  }

  private struct Client {
    var descriptor: Int32
    var request: [UInt8] = []
    var response: [UInt8] = []
    var written = 0
    /// Rounds of the loop, about a second each, that it may still take.
    var patience = 10
  }

  private let listener: Int32
  private var clients: [Client] = []

  private static let mostClients = 16
  private static let longestRequest = 8192

  init(_ address: MetricsAddress) throws(Failure) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address.host.isEmpty ? nil : address.host, String(address.port), &hints, &found) == 0,
      let first = found?.pointee
    else { throw Failure(reason: "it is no address", isPermission: false) }
    defer { freeaddrinfo(found) }
    let descriptor = socket(
      first.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard descriptor >= 0, bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, listen(descriptor, 16) == 0 else {
      let number = errno
      close(descriptor)
      throw Failure(reason: String(cString: strerror(number)), isPermission: number == EACCES)
    }
    listener = descriptor
  }

  deinit {
    close(listener)
    for client in clients { close(client.descriptor) }
  }

  /// What to wait for.
  var requests: [pollfd] {
    [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
      + clients.map { pollfd(fd: $0.descriptor, events: Int16($0.response.isEmpty ? POLLIN : POLLOUT), revents: 0) }
  }

  /// Does what can be done without waiting.
  ///
  /// - Parameter document: made for each request for it.
  mutating func serve(_ document: () -> [UInt8]) {
    while clients.count < Self.mostClients {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      clients.append(Client(descriptor: descriptor))
    }
    for index in clients.indices { Self.advance(&clients[index], document) }
    clients.removeAll { $0.descriptor < 0 }
  }

  /// Gives up clients that have taken too long; to be called once a second.
  mutating func age() {
    for index in clients.indices {
      clients[index].patience -= 1
      if clients[index].patience < 0 { Self.end(&clients[index]) }
    }
    clients.removeAll { $0.descriptor < 0 }
  }

  private static func advance(_ client: inout Client, _ document: () -> [UInt8]) {
    if client.response.isEmpty {
      guard receive(&client) else { return end(&client) }
      guard let line = requestLine(client.request) else { return }
      client.response = response(to: line, document)
    }
    while client.written < client.response.count {
      let count = client.response[client.written...].withUnsafeBytes {
        send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else {
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        break
      }
      client.written += count
    }
    end(&client)
  }

  /// - Returns: false when the client is gone or says too much.
  private static func receive(_ client: inout Client) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 2048)
    while true {
      let count = recv(client.descriptor, &chunk, chunk.count, 0)
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      guard count > 0 else { return false }
      client.request += chunk[..<count]
      guard client.request.count <= longestRequest else { return false }
    }
  }

  /// Method and target, once the head is complete.
  private static func requestLine(_ request: [UInt8]) -> String? {
    let text = String(decoding: request, as: UTF8.self)
    guard text.contains("\r\n\r\n") || text.contains("\n\n") else { return nil }
    return String(text.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" })
  }

  private static func response(to line: String, _ document: () -> [UInt8]) -> [UInt8] {
    let parts = line.split(separator: " ")
    let path = parts.count > 1 ? parts[1].prefix { $0 != "?" } : ""
    guard let method = parts.first, method == "GET" || method == "HEAD" else {
      return answer("405 Method Not Allowed", "text/plain", Array("only GET\n".utf8))
    }
    guard path == "/metrics" || path == "/" else {
      return answer("404 Not Found", "text/plain", Array("metrics are at /metrics\n".utf8))
    }
    let whole = answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", document())
    guard method == "HEAD", let end = whole.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return whole }
    return Array(whole[..<end])
  }

  private static func answer(_ status: String, _ type: String, _ body: [UInt8]) -> [UInt8] {
    let head =
      "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    return Array(head.utf8) + body
  }

  private static func end(_ client: inout Client) {
    close(client.descriptor)
    client.descriptor = -1
  }
}
