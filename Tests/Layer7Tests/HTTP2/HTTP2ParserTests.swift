import Testing

@testable import Layer7

@Suite struct HTTP2ParserTests {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// Feeds a direction in pieces and writes down the header blocks.
  private func log(_ bytes: [UInt8], _ start: HTTP2Parser.Start = .clientPreface, splitAt offsets: [Int] = [])
    -> [String]
  {
    var parser = HTTP2Parser(start)
    var log: [String] = []
    var pending: [UInt8] = []
    var position = 0
    for offset in offsets + [bytes.count] {
      pending += bytes[position..<offset]
      position = offset
      read: while true {
        let (consumed, event) = parser.consume(pending.span.bytes)
        precondition(0...pending.count ~= consumed)
        pending.removeFirst(consumed)
        switch event {
        case .needsBytes: break read
        case .failed(let failure): log.append("\(failure)")
        case .headers:
          let block = parser.block
          let fields = block.fields.map { "\(block.text($0.name))=\(block.text($0.value))" }
          let promise = block.promisedStreamID.map { ">\($0)" } ?? ""
          log.append("\(block.frameType):\(block.streamID)\(promise) \(block.kind) \(fields.joined(separator: "|"))")
        }
      }
    }
    return log
  }

  private static func frame(_ kind: UInt8, _ flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    HPACKEncoder.frame(kind, flags, stream: stream, payload)
  }

  /// Requests, trailers and a promise in every kind of frame that carries fields.
  private static let conversation: [UInt8] = {
    var encoder = HPACKEncoder()
    let request = [0x83, 0x86] + encoder.literal(":path", "/shop.Cart/AddItem", .added, huffman: true)
    let trailers = encoder.literal("grpc-status", "0", .added, huffman: false)
    var bytes = preface + frame(4, stream: 0, [0, 3, 0, 0, 0, 100]) + frame(8, stream: 0, [0, 0, 1, 0])
    bytes +=
      frame(1, 0x2c, stream: 1, [2, 0, 0, 0, 0, 16] + request + [0, 0]) + frame(0, 0x08, stream: 1, [1, 9, 9, 0])
    bytes +=
      frame(1, 0, stream: 3, [0x82]) + frame(9, 0, stream: 3, [0x84]) + frame(9, 0, stream: 3)
      + frame(9, 4, stream: 3, [0x87])
    bytes +=
      frame(1, 5, stream: 1, trailers) + frame(6, stream: 0, [0, 1, 2, 3, 4, 5, 6, 7])
      + frame(12, stream: 0, [0, 0])
    bytes +=
      frame(5, 0x0c, stream: 1, [1, 0, 0, 0, 4, 0x82, 0xbf, 0]) + frame(3, stream: 1, [0, 0, 0, 0])
      + frame(0, 1, stream: 3, [])
    return bytes + frame(1, 4, stream: 5, [0x88, 0xbe])
  }()
  private static let expected = [
    "1:1 request :method=POST|:scheme=http|:path=/shop.Cart/AddItem", "9:3 request :method=GET|:path=/|:scheme=https",
    "1:1 trailers grpc-status=0", "5:1>4 request :method=GET|:path=/shop.Cart/AddItem",
    "1:5 response :status=200|grpc-status=0",
  ]

  @Test func blocksInEveryKindOfFrame() {
    #expect(log(Self.conversation) == Self.expected)
  }

  @Test func everySplitGivesTheSameBlocks() {
    for offset in 1..<Self.conversation.count {
      #expect(log(Self.conversation, splitAt: [offset]) == Self.expected, "split at \(offset)")
    }
    #expect(log(Self.conversation, splitAt: Array(1..<Self.conversation.count)) == Self.expected)
  }

  @Test func framesFromTheMiddleOfAConnection() {
    let bytes = Array(Self.conversation.dropFirst(Self.preface.count))
    #expect(log(bytes, .midstream) == Self.expected)
    #expect(log([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], .midstream) == [])
    let unknown = Self.frame(1, 4, stream: 7, [0x82, 0xbe])
    #expect(log(unknown, .midstream) == ["1:7 request :method=GET|<unknown>=<unknown>"])
    #expect(log(unknown, .firstFrame) == ["compression"])
    #expect(HTTP2Recognition.begins(bytes.span.bytes) == true)
    #expect(HTTP2Recognition.begins(unknown.span.bytes) == false)
    let request = Self.frame(1, 4, stream: 7, [0x82, 0x84])
    #expect(HTTP2Recognition.begins(request.span.bytes) == true)
  }

  @Test func bytesLostMakeTheTableUnknown() {
    var parser = HTTP2Parser(.firstFrame)
    let first = Self.frame(1, 4, stream: 1, [0x82] + [0x40, 1, 97, 1, 98]) + Self.frame(0, stream: 1, [1, 2])
    var (consumed, event) = parser.consume(first.span.bytes)
    #expect(event == .headers)
    let rest = Array(first.dropFirst(consumed))
    (consumed, event) = parser.consume(rest.span.bytes)
    #expect(consumed == rest.count && event == .needsBytes)
    parser.skip(1_000)
    let second = Self.frame(1, 4, stream: 3, [0x82, 0xbe])
    #expect(parser.consume(second.span.bytes).event == .headers)
    #expect(parser.block.fields.map { parser.block.text($0.name) } == [":method", "<unknown>"])
  }

  @Test func limitsAreMet() {
    let start = Self.preface + Self.frame(1, 0, stream: 1, [0x82])
    let flood = Array(repeating: Self.frame(9, 0, stream: 1), count: HTTP2Parser.maximumContinuations + 1).flatMap {
      $0
    }
    #expect(log(start + flood) == ["tooManyContinuations"])
    let filler = Self.frame(9, 0, stream: 1, Array(repeating: 0x82, count: 60_000))
    #expect(log(start + filler + filler + filler + filler + filler) == ["blockTooLarge"])
    #expect(log(start + Self.frame(0, 0, stream: 1, [1])) == ["continuationOrder"])
    #expect(log(start + Self.frame(9, 4, stream: 3, [])) == ["continuationOrder"])
    #expect(log(Self.preface + Self.frame(9, 4, stream: 3, [])) == ["continuationOrder"])
    #expect(log(Self.preface + Self.frame(1, 0x0c, stream: 1, [9, 0x82])) == ["frameLength"])
    #expect(log(Self.preface + Self.frame(1, 0x20, stream: 1, [9, 0x82])) == ["frameLength"])
    #expect(log(Self.preface + Self.frame(5, 4, stream: 1, [9])) == ["frameLength"])
    #expect(log(Array("GET / HTTP/1.1\r\n\r\n".utf8)) == ["noPreface"])
    // One entry of 3,000 bytes, named again and again: a bomb.
    var encoder = HPACKEncoder()
    let entry = encoder.literal("a", String(repeating: "b", count: 3_000), .added, huffman: false)
    let bomb = Self.frame(1, 4, stream: 1, entry + Array(repeating: 0xbe, count: 1_000))
    #expect(log(Self.preface + bomb) == ["fieldsTooLarge"])
    let many = Self.frame(1, 4, stream: 1, Array(repeating: 0x82, count: HTTP2HeaderBlock.maximumFields + 1))
    #expect(log(Self.preface + many) == ["fieldsTooLarge"])
  }

  @Test func changedBytesNeverCrash() {
    var random = Random(seed: 9113)
    for _ in 0..<6_000 {
      var bytes = Self.conversation
      random.damage(&bytes)
      _ = log(bytes, splitAt: [Int.random(in: 0...bytes.count, using: &random)])
      _ = log(Array(bytes.dropFirst(Self.preface.count)), .midstream)
      _ = HTTP2Recognition.begins(bytes.span.bytes)
    }
  }
}
