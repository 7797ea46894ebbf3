import Layer7

/// Feeds both directions of a connection to parsers, as a stream would, and writes down what they find.
struct HTTP1Conversation {
  private var exchanges = HTTP1Exchanges()
  private var parsers = [HTTP1Parser(), HTTP1Parser()]
  private var pending: [[UInt8]] = [[], []]
  private(set) var log: [String] = []
  private(set) var heads: [HTTP1Head] = []

  mutating func client(_ text: String) { feed(0, Array(text.utf8)) }
  mutating func server(_ text: String) { feed(1, Array(text.utf8)) }
  mutating func skip(_ direction: Int, _ count: UInt64) { parsers[direction].skip(count) }

  /// Feeds bytes in pieces that end at the given offsets.
  mutating func feed(_ direction: Int, _ bytes: [UInt8], splitAt offsets: [Int]) {
    var start = 0
    for offset in offsets + [bytes.count] {
      feed(direction, Array(bytes[start..<offset]))
      start = offset
    }
  }

  mutating func feed(_ direction: Int, _ bytes: [UInt8]) {
    pending[direction] += bytes
    drain(direction)
    // What waited for this direction can go on.
    drain(1 - direction)
  }

  private mutating func drain(_ direction: Int) {
    while true {
      let bytes = pending[direction]
      let (consumed, event) = parsers[direction].consume(bytes.span.bytes, &exchanges)
      precondition(0...bytes.count ~= consumed)
      pending[direction].removeFirst(consumed)
      switch event {
      case .head:
        heads.append(parsers[direction].head)
        log.append(describe(parsers[direction].head, bytes.span.bytes))
      case .needsBytes, .waits:
        return
      case .switched(let successor):
        if !pending[direction].isEmpty { log.append("\(successor): \(pending[direction].count)") }
        pending[direction] = []
        return
      case .failed(let failure):
        log.append("\(failure)")
        return
      }
    }
  }

  private func describe(_ head: HTTP1Head, _ bytes: RawSpan) -> String {
    var fields: [String] = []
    for field in head.fields { fields.append("\(bytes.text(field.name))=\(head.value(of: field, in: bytes))") }
    let line =
      if let status = head.status {
        "\(status)"
      } else {
        "\(head.method(in: bytes) ?? "") \(head.target(in: bytes) ?? "") \(head.version(in: bytes))"
      }
    return ([line] + fields).joined(separator: "|")
  }
}
