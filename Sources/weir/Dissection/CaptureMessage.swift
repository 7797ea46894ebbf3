import Layer7

/// A message of an application's protocol, with the packet that completed it.
struct CaptureMessage<Content> {
  var frame: Int
  var protocolNumber: UInt8
  var source: StreamEnd
  var destination: StreamEnd
  var content: Content
}

/// Messages of one kind, up to a bound.
struct MessageList<Content> {
  /// Messages beyond it are counted only.
  static var limit: Int { 1 << 20 }

  private(set) var messages: [CaptureMessage<Content>] = []
  private(set) var unlisted = 0

  mutating func add(_ content: Content, frame: Int, protocolNumber: UInt8, from source: StreamEnd, to end: StreamEnd) {
    guard messages.count < Self.limit else { return unlisted += 1 }
    messages.append(
      CaptureMessage(frame: frame, protocolNumber: protocolNumber, source: source, destination: end, content: content))
  }

  /// In the order of the packets that completed them: what is incomplete is read at the end.
  var ordered: [CaptureMessage<Content>] {
    messages.enumerated().sorted { ($0.element.frame, $0.offset) < ($1.element.frame, $1.offset) }.map(\.element)
  }
}

/// All messages that were found in one capture.
struct CaptureMessages {
  struct Hello {
    var hello: TLSClientHello
    var isDatagram: Bool
  }

  var tls = MessageList<Hello>()
  var quic = MessageList<QUICReader.Event>()
}
