/// A DNS message (RFC 1035 §4): its header, and where its questions and records lie in the bytes it was read from.
///
/// Reading goes as far as the bytes make sense; what was read before remains. Names are made when asked for.
public struct DNSMessage: Sendable {
  public struct Question: Sendable, Hashable {
    /// Offset of the name.
    public let name: Int
    public let type: UInt16
    public let `class`: UInt16
  }

  public enum Section: UInt8, Sendable {
    case answer, authority, additional
  }

  public struct Record: Sendable, Hashable {
    public let section: Section
    /// Offset of the name.
    public let name: Int
    public let type: UInt16
    public let `class`: UInt16
    /// Seconds.
    public let timeToLive: UInt32
    public let data: ByteRange
  }

  /// Why reading stopped before the counts of the header were reached.
  public enum Failure: Sendable, Hashable {
    /// The bytes end within a question or a record.
    case truncated
    /// A name that the bytes end in, or with a label that cannot be.
    case name
    /// More than `maximumRecords` questions and records.
    case tooManyRecords
  }

  /// Questions and records kept. A message of 64 KiB can have 13,000 questions.
  public static let maximumRecords = 16_384
  static let headerLength = 12

  public let id: UInt16
  let flags: UInt16
  public private(set) var questions: [Question] = []
  public private(set) var records: [Record] = []
  /// nil for a message that was read to its end.
  public private(set) var failure: Failure?

  /// nil when there are too few bytes for the identifier and the flags.
  public init?(_ bytes: RawSpan) {
    var reader = ByteReader(bytes)
    guard let id = reader.uint16(), let flags = reader.uint16() else { return nil }
    self.id = id
    self.flags = flags
    guard let questionCount = reader.uint16(), let answerCount = reader.uint16(), let authorityCount = reader.uint16(),
      let additionalCount = reader.uint16()
    else {
      failure = .truncated
      return
    }
    for _ in 0..<questionCount where failure == nil { readQuestion(bytes, &reader) }
    for (section, count) in [
      (Section.answer, answerCount), (.authority, authorityCount), (.additional, additionalCount),
    ] {
      for _ in 0..<count where failure == nil { readRecord(section, bytes, &reader) }
    }
  }

  public var isResponse: Bool { flags >> 15 == 1 }
  /// The same of a message that was not read.
  public static func isResponse(_ bytes: RawSpan) -> Bool { bytes.byteCount >= headerLength && bytes.byte(2) >> 7 == 1 }
  public var operation: Int { Int(flags >> 11 & 15) }
  public var isTruncated: Bool { flags >> 9 & 1 == 1 }
  /// The header's four bits, without what EDNS adds.
  public var responseCode: Int { Int(flags & 15) }

  private mutating func readQuestion(_ bytes: RawSpan, _ reader: inout ByteReader) {
    guard let name = passName(bytes, &reader) else { return }
    guard let type = reader.uint16(), let `class` = reader.uint16() else {
      failure = .truncated
      return
    }
    questions.append(Question(name: name, type: type, class: `class`))
  }

  private mutating func readRecord(_ section: Section, _ bytes: RawSpan, _ reader: inout ByteReader) {
    guard let name = passName(bytes, &reader) else { return }
    guard let type = reader.uint16(), let `class` = reader.uint16(), let timeToLive = reader.uint32(),
      let length = reader.uint16()
    else {
      failure = .truncated
      return
    }
    // What a record was going to say is worth something even if its data are cut off.
    if Int(length) > reader.remaining { failure = .truncated }
    let data = reader.range(min(Int(length), reader.remaining)) ?? 0..<0
    records.append(
      Record(
        section: section, name: name, type: type, class: `class`, timeToLive: timeToLive, data: ByteRange(data)))
  }

  /// Passes over a name and returns its offset.
  private mutating func passName(_ bytes: RawSpan, _ reader: inout ByteReader) -> Int? {
    guard questions.count + records.count < Self.maximumRecords else {
      failure = .tooManyRecords
      return nil
    }
    let start = reader.position
    guard let walk = DNSName.walk(bytes, at: start, { _ in }) else {
      failure = .name
      return nil
    }
    _ = reader.skip(walk.length)
    return start
  }
}
