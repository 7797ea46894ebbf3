import ArgumentParser
import Explanation

/// What a connection carries: flags that say what the proxies on its way would read.
struct Layer7Options: ParsableArguments {
  @Option(help: ArgumentHelp("An HTTP request, with the whole target: 'GET /path?query'.", valueName: "request"))
  var http: String?

  @Option(help: ArgumentHelp("A header of the request. Repeatable.", valueName: "name: value"))
  var httpHeader: [String] = []

  @Option(help: ArgumentHelp("The request's Host, with its port where the client sends one.", valueName: "host"))
  var host: String?

  @Option(
    help: ArgumentHelp("The server name that a TLS client asks for; without it there is no TLS.", valueName: "name"))
  var sni: String?

  @Option(help: ArgumentHelp("The name that a DNS query asks for.", valueName: "name"))
  var dns: String?

  private var text: Layer7Text { Layer7Text(http: http, headers: httpHeader, host: host, sni: sni, dns: dns) }

  var isGiven: Bool { text.isGiven }

  func question(protocolNumber: UInt8) throws -> L7Question {
    do {
      return try text.question(protocolNumber: protocolNumber)
    } catch {
      throw ValidationError(error.message)
    }
  }
}

/// The same as it was written, in flags or in a line of `--probes`.
struct Layer7Text {
  var http: String?
  var headers: [String]
  var host: String?
  var sni: String?
  var dns: String?

  var isGiven: Bool { http != nil || !headers.isEmpty || host != nil || sni != nil || dns != nil }

  func question(protocolNumber: UInt8) throws(ProbeError) -> L7Question {
    guard isGiven else { return L7Question() }
    guard protocolNumber == 6 || (protocolNumber == 17 && http == nil && sni == nil) else {
      throw ProbeError(message: "HTTP and TLS are asked about with TCP, DNS with UDP or TCP")
    }
    guard dns == nil || (http == nil && sni == nil) else {
      throw ProbeError(message: "a connection carries DNS, or HTTP and TLS, not both")
    }
    if let sni { try Self.check(name: sni, "server name") }
    if let dns { try Self.check(name: dns, "DNS name") }
    return L7Question(request: try request, serverName: sni, queryName: dns)
  }

  private var request: L7Question.Request? {
    get throws(ProbeError) {
      guard let http else {
        guard headers.isEmpty, host == nil else {
          throw ProbeError(message: "headers and a host belong to a request: say which, as in GET /path")
        }
        return nil
      }
      let parts = http.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let method = parts.first, let path = parts.last, Self.isToken(method), Self.isTarget(path)
      else {
        throw ProbeError(message: "\(http): expected a method and a target, as in GET /path")
      }
      if let host, !Self.isTarget(host[...]) { throw ProbeError(message: "\(host) is no host") }
      return L7Question.Request(
        method: String(method), path: String(path), host: host, headers: try headers.map(Self.header))
    }
  }

  private static func header(_ text: String) throws(ProbeError) -> L7Question.Header {
    guard let colon = text.firstIndex(of: ":"), isToken(text[..<colon]),
      text[colon...].unicodeScalars.allSatisfy({ $0 == "\t" || ($0 >= " " && $0 != "\u{7f}") })
    else {
      throw ProbeError(message: "\(text): expected a header, as in Name: value")
    }
    let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    return L7Question.Header(name: String(text[..<colon]), value: String(value))
  }

  private static func check(name: String, _ what: String) throws(ProbeError) {
    guard isTarget(name[...]) else {
      throw ProbeError(message: "\(name.isEmpty ? "an empty text" : name) is no \(what)")
    }
  }

  /// Visible characters, at least one: what ends neither a line nor a word.
  private static func isTarget(_ text: Substring) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy { $0 > " " && $0 != "\u{7f}" }
  }

  /// RFC 9110 §5.6.2
  private static func isToken(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
