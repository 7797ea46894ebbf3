import Layer7
import Testing

@Suite struct DNSMessageTests {
  /// A header with these counts, then the bytes.
  private static func message(
    _ questions: UInt8, _ answers: UInt8, _ authority: UInt8, _ additional: UInt8, _ body: [UInt8]
  ) -> [UInt8] {
    [0xab, 0xcd, 0x81, 0x80, 0, questions, 0, answers, 0, authority, 0, additional] + body
  }

  private static func name(_ labels: String...) -> [UInt8] {
    labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private static func record(_ name: [UInt8], _ type: UInt8, _ data: [UInt8], length: Int? = nil) -> [UInt8] {
    name + [0, type, 0, 1, 0, 0, 1, 44, 0, UInt8(length ?? data.count)] + data
  }

  private static let whole = message(
    2, 3, 1, 1,
    name("WWW", "Example", "org") + [0, 1, 0, 1] + [0xc0, 12, 0, 28, 0, 1]
      + record([0xc0, 12], 5, [3, 99, 100, 110, 0xc0, 16])
      + record([3, 99, 100, 110, 0xc0, 16], 1, [192, 0, 2, 7])
      + record([0xc0, 12], 16, [2, 104, 105, 0]) + record([0], 2, name("ns"))
      + record([0], 41, []))

  private func describe(_ bytes: [UInt8]) -> [String] {
    guard let message = DNSMessage(bytes.span.bytes) else { return ["no header"] }
    var lines: [String] = []
    for question in message.questions {
      lines.append("? \(DNSMessage.displayName(in: bytes.span.bytes, at: question.name) ?? "") \(question.type)")
    }
    for record in message.records {
      let content =
        switch record.content(in: bytes.span.bytes) {
        case .address(let address): "\(address)"
        case .name(let name): name
        case .text(let strings): strings.joined(separator: "|")
        case nil: "-"
        }
      let name = DNSMessage.displayName(in: bytes.span.bytes, at: record.name) ?? ""
      lines.append(
        "\(record.section) \(name) \(DNSRecordType.name(record.type) ?? "?") \(record.timeToLive) \(content)")
    }
    if let failure = message.failure { lines.append("\(failure)") }
    return lines
  }

  @Test func questionsAndRecordsOfEverySection() {
    #expect(
      describe(Self.whole) == [
        "? WWW.Example.org 1", "? WWW.Example.org 28", "answer WWW.Example.org CNAME 300 cdn.Example.org",
        "answer cdn.Example.org A 300 192.0.2.7", "answer WWW.Example.org TXT 300 hi|",
        "authority <Root> NS 300 ns", "additional <Root> OPT 300 -",
      ])
    let message = DNSMessage(Self.whole.span.bytes)
    #expect(message?.id == 0xabcd)
    #expect(message?.isResponse == true)
    #expect(message?.responseCode == 0)
    #expect(message?.policyName(in: Self.whole.span.bytes) == "www.example.org.")
  }

  @Test func everyCutTellsHowFarItCameAndNeverMore() {
    let lines = describe(Self.whole)
    for count in 0..<Self.whole.count {
      let cut = describe(Array(Self.whole.prefix(count)))
      #expect(cut.last == "truncated" || cut.last == "name" || cut == ["no header"], "\(count): \(cut)")
      #expect(cut.count <= lines.count + 1)
    }
  }

  @Test(
    "names that are none",
    arguments: [
      ([0xc0, 12], "<Name contains a pointer that loops>"),
      ([0xc0, 14, 0xc0, 12], "<Name contains a pointer that loops>"),
      ([1, 97, 0x42, 1], "<Unknown extended label>"),
      (Array(repeating: [63] + Array(repeating: 97, count: 63), count: 4).flatMap { $0 } + [0], "<Name too long>"),
    ] as [([UInt8], String)])
  func oddNames(_ name: [UInt8], _ display: String) {
    let bytes = Self.message(1, 0, 0, 0, name + [0, 1, 0, 1, 0])
    #expect(DNSMessage.displayName(in: bytes.span.bytes, at: 12) == display)
    #expect(DNSMessage.policyName(in: bytes.span.bytes, at: 12) == nil)
  }

  /// RFC 1035 has pointers to prior names only; what Cilium's proxy makes of others decides about the verdict.
  @Test func pointersForwardAreRefusedWhereNamesAreShownAndFollowedWhereTheyAreJudged() {
    let bytes = Self.message(1, 0, 0, 0, [0xc0, 18, 0, 1, 0, 1, 1, 97, 0])
    #expect(DNSMessage.displayName(in: bytes.span.bytes, at: 12) == "<Name contains a pointer that points forward>")
    #expect(DNSMessage.policyName(in: bytes.span.bytes, at: 12) == "a.")
  }

  @Test func namesThatEndTheMessage() {
    #expect(describe(Self.message(1, 0, 0, 0, [0x80, 1, 0, 1, 0, 1])) == ["name"])
    #expect(describe(Self.message(1, 0, 0, 0, [0x42, 1, 0, 1, 0, 1])) == ["name"])
    #expect(describe(Self.message(1, 0, 0, 0, [5, 97])) == ["name"])
    #expect(describe(Self.message(1, 0, 0, 0, [0xc0, 99, 0, 1, 0, 1])) == ["name"])
  }

  @Test func unusualCharacters() {
    let bytes = Self.message(1, 0, 0, 0, [7, 97, 46, 32, 26, 0xff, 92, 65, 2, 0xc3, 0xa9, 0, 0, 1, 0, 1])
    #expect(DNSMessage.displayName(in: bytes.span.bytes, at: 12) == "a. \\032\u{fffd}\\A.\u{e9}")
    #expect(DNSMessage.policyName(in: bytes.span.bytes, at: 12) == "a\\.\\ \\026\\255\\\\a.\\195\\169.")
    let root = Self.message(1, 0, 0, 0, [0, 0, 2, 0, 1])
    #expect(DNSMessage.displayName(in: root.span.bytes, at: 12) == "<Root>")
    #expect(DNSMessage.policyName(in: root.span.bytes, at: 12) == ".")
  }

  @Test func manyMessagesInOneSegmentAndOneInMany() {
    let message = [0, UInt8(Self.whole.count)] + Self.whole
    let stream = message + message + message
    for piece in 1..<stream.count {
      var parser = DNSStreamParser()
      var pending: [UInt8] = []
      var found = 0
      for start in stride(from: 0, to: stream.count, by: piece) {
        pending += stream[start..<min(start + piece, stream.count)]
        while case (let consumed, .message(let range)) = parser.consume(pending.span.bytes) {
          found += Array(pending[range]) == Self.whole ? 1 : 0
          pending.removeFirst(consumed)
        }
      }
      #expect(found == 3)
      #expect(pending.isEmpty)
    }
  }

  @Test func changedBytesNeverCrash() {
    var random = Random(seed: 1035)
    for _ in 0..<20_000 {
      var bytes = Self.whole
      random.damage(&bytes)
      _ = describe(bytes)
      if let message = DNSMessage(bytes.span.bytes) { _ = message.policyName(in: bytes.span.bytes) }
    }
  }
}
