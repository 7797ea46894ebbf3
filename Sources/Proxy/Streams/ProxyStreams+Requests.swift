import Layer7
import Rules

/// HTTP requests of either version, and what becomes of them.
extension ProxyStreams {
  /// Asks each proxy on the way, up to the one that refuses.
  mutating func judge(
    _ request: borrowing HTTPRequestView, version: String, _ time: Int64, _ connection: ProxyConnection
  ) -> PendingRequest {
    report.counters.httpRequests += 1
    var pending = PendingRequest(time: time)
    if settings.recordsEvents {
      pending.content = HTTPContent(request, version: version, isNormalized: settings.normalizesPath)
    }
    var changed: HTTPChangedRequest?
    for hop in connection.hops where hop.kind == .http {
      let code: Int
      switch decide(request, changed, hop) {
      case .allowed(_, let effects):
        add(pending.content, hop.direction)
        pending.passed.append(hop.direction)
        guard !effects.isEmpty else { continue }
        changed = change(request, changed, effects)
        if let changed, settings.recordsEvents {
          pending.content = HTTPContent(changed.view, version: version, isNormalized: settings.normalizesPath)
        }
        continue
      case nil:
        add(pending.content, hop.direction)
        pending.passed.append(hop.direction)
        continue
      case .denied: code = request.isGRPC ? 200 : 403
      case .redirected: code = request.isGRPC ? 200 : 307
      case .refused: code = 400
      }
      refuse(&pending, hop.direction, code)
      break
    }
    return hold(pending)
  }

  /// A proxy's decision on a request, or on what the proxies before it have made of it.
  private func decide(
    _ request: borrowing HTTPRequestView, _ changed: HTTPChangedRequest?, _ hop: ProxyHop
  ) -> EnvoyRules.HTTPRequestDecision? {
    guard let rules = policies[hop.rules].envoy else { return nil }
    guard let changed else { return rules.decide(request, from: hop.remote) }
    return rules.decide(changed.view, from: hop.remote)
  }

  private func change(
    _ request: borrowing HTTPRequestView, _ changed: HTTPChangedRequest?, _ effects: [HTTPDecision.Effect]
  ) -> HTTPChangedRequest? {
    guard let changed else { return HTTPChangedRequest(request, effects) }
    return HTTPChangedRequest(changed.view, effects) ?? changed
  }

  /// Bytes of requests whose responses have not come, in all connections. Of those beyond, responses give no event.
  static var maximumHeld: Int { 64 << 20 }

  private mutating func hold(_ pending: PendingRequest) -> PendingRequest {
    var pending = pending
    pending.content?.headers = []
    if pending.isRefused { pending.content = nil }
    if heldBytes + pending.heldBytes > Self.maximumHeld {
      pending.content = nil
      report.counters.givenUp += 1
    }
    heldBytes += pending.heldBytes
    return pending
  }

  /// The proxy answers in the server's place; those before it pass its answer on.
  private mutating func refuse(_ pending: inout PendingRequest, _ direction: Direction, _ code: Int) {
    report.counters.httpDenied += 1
    report.refuse(direction, endsFlow: false)
    pending.isRefused = true
    add(pending.content, direction, isDropped: true)
    var answer = pending.content
    answer?.code = code
    answer?.headers = []
    for direction in [direction] + pending.passed.reversed() { add(answer, direction, isResponse: true) }
  }

  /// The server's response to a request; nobody sees one to a request that a proxy refused.
  mutating func answer(
    _ request: PendingRequest, _ status: Int, _ time: Int64, headers: () -> [HTTPContent.Header]
  ) {
    heldBytes -= request.heldBytes
    guard !request.isRefused, settings.recordsEvents else { return }
    var content = request.content
    content?.code = status
    content?.headers = headers()
    let (latency, overflow) = time.subtractingReportingOverflow(request.time)
    for direction in request.passed.reversed() {
      add(content, direction, isResponse: true, latency: overflow ? 0 : latency)
    }
  }

  private mutating func add(
    _ content: HTTPContent?, _ direction: Direction, isResponse: Bool = false, isDropped: Bool = false,
    latency: Int64 = 0
  ) {
    guard let content else { return }
    report.add(
      ProxyEvent(direction, .http(content), isResponse: isResponse, isDropped: isDropped, latency: latency))
  }
}

extension HTTPContent {
  init(_ request: borrowing HTTPRequestView, version: String, isNormalized: Bool) {
    self.init(
      method: request.methodText,
      url: "http://" + request.authorityText + request.pathText(isNormalized: isNormalized), version: version,
      headers: Self.sorted(request.fieldTexts), code: 0)
  }

  static func headers(_ head: HTTP1Head, _ bytes: RawSpan) -> [Header] {
    sorted(head.fields.map { (bytes.text($0.name), head.value(of: $0, in: bytes)) })
  }

  static func headers(_ block: HTTP2HeaderBlock) -> [Header] {
    sorted(block.fields.map { (block.text($0.name), block.text($0.value)) }.filter { !$0.0.hasPrefix(":") })
  }

  /// By name; those of one name in the order sent.
  private static func sorted(_ fields: [(name: String, value: String)]) -> [Header] {
    let headers = fields.map { Header(name: canonical($0.name), value: $0.value) }
    return headers.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }.map(\.element)
  }

  /// A name as Go writes it: the first letter and each one after a hyphen large, all others small.
  private static func canonical(_ name: String) -> String {
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return name }
    var isFirst = true
    var text: [UInt8] = []
    for byte in name.utf8 {
      let isLetter = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
      text.append(!isLetter ? byte : isFirst ? byte & ~0x20 : byte | 0x20)
      isFirst = byte == UInt8(ascii: "-")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
