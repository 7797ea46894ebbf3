/// The nine bytes before every frame (RFC 9113 §4.1).
struct HTTP2Frame: Sendable {
  static let headerLength = 9

  enum Kind {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let resetStream: UInt8 = 3
    static let settings: UInt8 = 4
    static let pushPromise: UInt8 = 5
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9
  }

  enum Flag {
    static let endHeaders: UInt8 = 0x04
    static let padded: UInt8 = 0x08
    static let priority: UInt8 = 0x20
  }

  let length: Int
  let kind: UInt8
  let flags: UInt8
  let streamID: UInt32
  private let reserved: Bool

  /// nil when there are fewer than nine bytes.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard bytes.byteCount - offset >= Self.headerLength else { return nil }
    length = Int(bytes.byte(offset)) << 16 | Int(bytes.byte(offset + 1)) << 8 | Int(bytes.byte(offset + 2))
    kind = bytes.byte(offset + 3)
    flags = bytes.byte(offset + 4)
    let stream = (5..<9).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes.byte(offset + $1)) }
    reserved = stream >> 31 == 1
    streamID = stream & 0x7fff_ffff
  }

  func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

  var carriesFields: Bool { kind == Kind.headers || kind == Kind.pushPromise || kind == Kind.continuation }

  var endsHeaders: Bool { has(Flag.endHeaders) }

  /// The part of the frame's payload that is a header block's: without padding, priority and the promised stream
  /// (RFC 9113 §6.2, §6.6). nil when they do not fit. `padding` is the first byte of the payload.
  func fragment(padding: UInt8) -> Range<Int>? {
    guard kind != Kind.continuation else { return 0..<length }
    var start = has(Flag.padded) ? 1 : 0
    let end = has(Flag.padded) ? length - Int(padding) : length
    if kind == Kind.headers, has(Flag.priority) { start += 5 }
    if kind == Kind.pushPromise { start += 4 }
    return start <= end ? start..<end : nil
  }

  /// What a frame header in the middle of a stream looks like: RFC 9113's types with the streams and lengths that they
  /// have. Used to find frames where the connection's beginning was not seen.
  var isPlausible: Bool {
    guard !reserved, length <= 1 << 20 else { return false }
    switch kind {
    case Kind.data: return streamID != 0 && flags & ~0x09 == 0
    case Kind.headers: return streamID != 0 && flags & ~0x2d == 0 && length > 0
    case Kind.priority: return streamID != 0 && length == 5
    case Kind.resetStream: return streamID != 0 && length == 4
    case Kind.settings: return streamID == 0 && length % 6 == 0 && flags & ~0x01 == 0 && (flags == 0 || length == 0)
    case Kind.pushPromise: return streamID != 0 && flags & ~0x0c == 0 && length > 4
    case Kind.ping: return streamID == 0 && length == 8 && flags & ~0x01 == 0
    case Kind.goAway: return streamID == 0 && length >= 8 && flags == 0
    case Kind.windowUpdate: return length == 4 && flags == 0
    case Kind.continuation: return streamID != 0 && flags & ~0x04 == 0
    case 10, 12, 16: return true  // ALTSVC, ORIGIN (RFC 7838, 8336), PRIORITY_UPDATE (RFC 9218)
    default: return false
    }
  }
}
