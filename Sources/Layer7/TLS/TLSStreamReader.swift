/// Finds the ClientHellos in the bytes that a client sends over TCP (RFC 8446, section 5.1).
///
/// A hello may begin anywhere in a record and go on in others. There may be a second one: after a HelloRetryRequest,
/// perhaps with records of early data between them.
public struct TLSStreamReader: Sendable, BitwiseCopyable {
  /// What a look at the next bytes gives.
  public enum Step: Sendable, Equatable {
    case hello(TLSClientHello)
    /// From `position` on, as many bytes have to be there before another look is worth it.
    case needs(Int)
    /// No more hellos are to be expected.
    case done
  }

  /// Records that are looked at behind the first hello for a second one.
  public static let maximumRecords = 64
  /// What a record's length may be (RFC 5246, section 6.2.3).
  public static let maximumRecordLength = 1 << 14 + 2048

  private var records = 0
  /// Bytes of the current record's content that were read; another message may follow them.
  private var passed = 0

  public init() {}

  enum ContentType {
    static let changeCipherSpec: UInt8 = 20
    static let alert: UInt8 = 21
    static let handshake: UInt8 = 22
    static let applicationData: UInt8 = 23
    static let heartbeat: UInt8 = 24
  }

  static let recordHeaderLength = 5

  /// Whether bytes begin with a record that begins with a ClientHello; nil when they are too few to say.
  ///
  /// What is checked is unlikely by chance: six fixed bytes, and lengths that fit each other.
  public static func recognises(_ bytes: RawSpan) -> Bool? {
    var reader = ByteReader(bytes)
    guard let type = reader.byte() else { return nil }
    guard type == ContentType.handshake else { return false }
    guard let major = reader.byte() else { return nil }
    guard major == 3 else { return false }
    guard let minor = reader.byte() else { return nil }
    guard minor <= 4 else { return false }
    guard let length = reader.uint16() else { return nil }
    guard length > 0, length <= maximumRecordLength else { return false }
    guard let message = reader.byte() else { return nil }
    guard message == TLSClientHello.messageType else { return false }
    // The rest may lie in the next record.
    guard length >= 6 else { return true }
    guard let size = reader.number(bytes: 3) else { return nil }
    guard size >= 34, size <= TLSClientHello.maximumLength else { return false }
    guard let version = reader.uint16() else { return nil }
    return TLSClientHello.isVersion(version, isDatagram: false)
  }

  /// Looks for the next hello from `position` on, which is moved behind what was read; records that are passed over
  /// may move it behind the end of the bytes.
  ///
  /// - Parameter isFinal: nothing follows the bytes, so that a hello is read as far as it goes.
  public mutating func next(_ bytes: RawSpan, _ position: inout Int, isFinal: Bool = false) -> Step {
    while position < bytes.byteCount {
      var reader = ByteReader(bytes.extracting(droppingFirst: position))
      guard let type = reader.byte(), let version = reader.uint16(), let length = reader.uint16() else {
        return .needs(Self.recordHeaderLength)
      }
      guard version >> 8 == 3, (ContentType.changeCipherSpec...ContentType.heartbeat).contains(type),
        length <= Self.maximumRecordLength, records < Self.maximumRecords
      else { return .done }
      if type == ContentType.handshake {
        if let step = readHandshake(bytes, &position, isFinal: isFinal) { return step }
      } else {
        _ = pass(&position, to: position + Self.recordHeaderLength + Int(length))
      }
    }
    return .needs(Self.recordHeaderLength)
  }

  /// Reads one message of the record at `position`. Nil when there was none of interest, and the record was passed.
  private mutating func readHandshake(_ bytes: RawSpan, _ position: inout Int, isFinal: Bool) -> Step? {
    let recordEnd = position + Self.recordHeaderLength + Self.length(bytes, position)
    let start = position + Self.recordHeaderLength + passed
    guard start < recordEnd else { return pass(&position, to: recordEnd) }
    guard start < bytes.byteCount else { return .needs(start - position + 1) }
    // Anything else than a hello is the handshake's end or encrypted.
    guard bytes.unsafeLoad(fromByteOffset: start, as: UInt8.self) == TLSClientHello.messageType else {
      return pass(&position, to: recordEnd)
    }
    let header = TLSFragments(bytes, from: position, passing: passed, count: TLSClientHello.headerLength)
    guard header.isComplete else { return isFinal || header.isInterrupted ? .done : .needs(header.needed) }
    let length = header.data.dropFirst().reduce(0) { $0 << 8 | Int($1) }
    let total = TLSClientHello.headerLength + length
    guard length >= 34, total <= TLSClientHello.maximumLength else { return pass(&position, to: recordEnd) }
    let hello: TLSClientHello?
    if start + total <= min(recordEnd, bytes.byteCount) {
      hello = TLSClientHello(
        body: bytes.extracting(start + TLSClientHello.headerLength..<start + total), length: length)
      passed += total
    } else {
      let message = TLSFragments(bytes, from: position, passing: passed, count: total)
      guard message.isComplete || message.isInterrupted || isFinal else { return .needs(message.needed) }
      let body = message.data.span.bytes.extracting(droppingFirst: TLSClientHello.headerLength)
      hello = TLSClientHello(body: body, length: length)
      position = message.position
      passed = message.passed
    }
    records += 1
    return hello.map { .hello($0) }
  }

  private mutating func pass(_ position: inout Int, to end: Int) -> Step? {
    position = end
    passed = 0
    records += 1
    return nil
  }

  private static func length(_ bytes: RawSpan, _ position: Int) -> Int {
    Int(bytes.unsafeLoad(fromByteOffset: position + 3, as: UInt8.self)) << 8
      | Int(bytes.unsafeLoad(fromByteOffset: position + 4, as: UInt8.self))
  }
}
