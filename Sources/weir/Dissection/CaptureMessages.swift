import Layer7

/// The messages of applications that were found in one capture: listed for JSON, counted by name for people.
struct CaptureMessages {
  /// Messages are written down one by one.
  let listsMessages: Bool

  private(set) var tls = MessageList()
  private(set) var quic = MessageList()
  private(set) var http1 = MessageList()
  private(set) var http2 = MessageList()
  private(set) var dns = MessageList()
  private(set) var kafka = MessageList()

  private(set) var tlsNames = NameCounts()
  private(set) var quicNames = NameCounts()
  private(set) var httpHosts = NameCounts()
  private(set) var dnsNames = NameCounts()
  private(set) var kafkaTopics = NameCounts()

  /// The name that is made at the moment.
  private var name: [UInt8] = []

  init(listsMessages: Bool) {
    self.listsMessages = listsMessages
  }

  mutating func add(_ hello: TLSClientHello, isDatagram: Bool, _ place: MessagePlace) {
    tlsNames.add(hello.serverNames.first, isEncrypted: hello.offersECH)
    guard listsMessages else { return }
    tls.add(place) { json in
      json.field("kind", isDatagram ? "dtls" : "tls")
      json.hello(hello)
    }
  }

  mutating func add(_ event: QUICReader.Event, _ place: MessagePlace) {
    switch event {
    case .connection: break
    case .clientHello(_, let hello): quicNames.add(hello.serverNames.first, isEncrypted: hello.offersECH)
    case .googleHello(_, let serverName): quicNames.add(serverName.isEmpty ? nil : serverName)
    }
    if listsMessages { quic.add(place) { $0.event(event) } }
  }

  mutating func add(_ head: HTTP1Head, _ bytes: RawSpan, _ place: MessagePlace) {
    if head.isRequest {
      if let host = head.host {
        bytes.part(host).withUnsafeBytes { httpHosts.add($0) }
      } else {
        httpHosts.addNameless()
      }
    }
    guard listsMessages else { return }
    http1.add(place) { $0.head(head, bytes) }
  }

  mutating func add(_ block: HTTP2HeaderBlock, _ place: MessagePlace) {
    if block.kind == .request { httpHosts.add(block.text(of: ":authority")) }
    if listsMessages { http2.add(place) { $0.block(block) } }
  }

  mutating func add(_ message: DNSMessage, _ bytes: RawSpan, _ dialect: DNSDialect, _ place: MessagePlace) {
    if !message.isResponse {
      name.removeAll(keepingCapacity: true)
      if let question = message.questions.first, DNSMessage.appendDisplayName(in: bytes, at: question.name, to: &name) {
        name.withUnsafeBytes { dnsNames.add($0) }
      } else {
        dnsNames.addNameless()
      }
    }
    guard listsMessages else { return }
    dns.add(place) { $0.message(message, bytes, dialect) }
  }

  mutating func add(_ request: KafkaRequest, _ bytes: RawSpan, _ place: MessagePlace) {
    for topic in request.topics ?? [] { kafkaTopics.add(bytes.text(topic)) }
    guard listsMessages else { return }
    kafka.add(place) { $0.request(request, bytes) }
  }

  mutating func add(_ response: KafkaParser.Response, _ place: MessagePlace) {
    guard listsMessages else { return }
    kafka.add(place) { $0.response(response) }
  }
}

/// What uses the format of DNS messages.
enum DNSDialect: String {
  case dns
  case mdns
  case llmnr

  /// By the port of one of the ends; nil for others.
  static func of(_ source: UInt16, _ destination: UInt16) -> DNSDialect? {
    of(destination) ?? of(source)
  }

  private static func of(_ port: UInt16) -> DNSDialect? {
    switch port {
    case 53: .dns
    case 5353: .mdns
    case 5355: .llmnr
    default: nil
    }
  }
}
