/// Finds the header blocks in one direction of an HTTP/2 connection (RFC 9113).
///
/// Feed it the direction's bytes in order with `consume`, each time with what was not consumed and the bytes that came
/// since. A header block that lies in one frame in one segment is decoded where it is; data is passed over.
public struct HTTP2Parser: Sendable {
  /// Where a direction's first bytes come from.
  public enum Start: Sendable {
    /// The client's connection preface comes first.
    case clientPreface
    /// Frames, from the first one of the connection.
    case firstFrame
    /// Somewhere: frames are looked for at the beginning of what comes, and what the dynamic table holds is unknown.
    case midstream
  }

  public enum Event: Sendable, Hashable {
    /// Nothing more to tell; the unconsumed bytes must be passed again with more.
    case needsBytes
    /// `block` is complete.
    case headers
    /// The direction's further header blocks cannot be read. All bytes passed are consumed, as will be all later ones.
    case failed(Failure)
  }

  public enum Failure: Sendable, Hashable {
    /// The client's first bytes are not the connection preface.
    case noPreface
    /// A header block's frames hold more than `maximumBlock` bytes.
    case blockTooLarge
    /// More than `maximumContinuations` frames for one header block.
    case tooManyContinuations
    /// A CONTINUATION without a block to continue, or another frame within a block (RFC 9113 §6.10).
    case continuationOrder
    /// A frame that is shorter than what it must hold.
    case frameLength
    /// A header block that HPACK cannot decode.
    case compression
    /// The decoded fields exceed the limits of `HTTP2HeaderBlock`.
    case fieldsTooLarge
  }

  /// Encoded bytes of a header block with its padding.
  public static let maximumBlock = 256 << 10
  public static let maximumContinuations = 128
  static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  private enum State: Sendable {
    case preface, frames
    case searching
    /// Within the payload of a frame without header fields.
    case payload(Int)
    case failed
  }

  /// The last header block that was completed.
  public private(set) var block = HTTP2HeaderBlock()
  private var state: State
  private var decoder: HPACKDecoder
  /// The fragments of a block that goes on in CONTINUATION frames.
  private var fragments: [UInt8] = []
  private var continuations: Int?

  public init(_ start: Start) {
    switch start {
    case .clientPreface: state = .preface
    case .firstFrame: state = .frames
    case .midstream: state = .searching
    }
    decoder = HPACKDecoder(fromBeginning: start != .midstream)
  }

  /// Reads on until a header block is complete or the bytes are used up; returns how many bytes are done with.
  public mutating func consume(_ bytes: RawSpan) -> (consumed: Int, event: Event) {
    var position = 0
    while true {
      switch state {
      case .failed:
        return (bytes.byteCount, .needsBytes)
      case .preface:
        let count = min(Self.preface.utf8CodeUnitCount, bytes.byteCount)
        for index in 0..<count where bytes.byte(index) != Self.preface.utf8Start[index] {
          return fail(bytes, .noPreface)
        }
        guard count == Self.preface.utf8CodeUnitCount else { return (0, .needsBytes) }
        position = count
        state = .frames
      case .searching:
        guard let frame = HTTP2Frame(bytes, at: position) else { return (position, .needsBytes) }
        guard frame.isPlausible else { return (bytes.byteCount, .needsBytes) }
        state = .frames
      case .payload(let rest):
        let passed = min(rest, bytes.byteCount - position)
        position += passed
        state = passed == rest ? .frames : .payload(rest - passed)
        if passed < rest { return (position, .needsBytes) }
      case .frames:
        guard let frame = HTTP2Frame(bytes, at: position) else { return (position, .needsBytes) }
        guard frame.carriesFields || continuations != nil else {
          position += HTTP2Frame.headerLength
          state = .payload(frame.length)
          continue
        }
        if let failure = refusal(of: frame) { return fail(bytes, failure) }
        let start = position + HTTP2Frame.headerLength
        guard bytes.byteCount - start >= frame.length else { return (position, .needsBytes) }
        position = start + frame.length
        switch read(frame, bytes.extracting(start..<position)) {
        case .needsBytes: continue
        case .headers: return (position, .headers)
        case .failed(let failure): return fail(bytes, failure)
        }
      }
    }
  }

  /// About how many bytes the direction's fields take: those of an unfinished block, of the last one, and of the dynamic
  /// table.
  public var heldBytes: Int { fragments.count + block.bytes.count + decoder.tableBytes }

  /// Tells that `count` bytes of the direction were lost. If they are not all of a payload that is being passed over,
  /// frames are looked for again, and the dynamic table's entries count as unknown.
  public mutating func skip(_ count: UInt64) {
    switch state {
    case .payload(let rest) where UInt64(rest) >= count:
      state = .payload(rest - Int(count))
    case .failed:
      break
    default:
      state = .searching
      decoder = HPACKDecoder(fromBeginning: false)
      fragments = []
      continuations = nil
    }
  }

  private mutating func fail(_ bytes: RawSpan, _ failure: Failure) -> (consumed: Int, event: Event) {
    state = .failed
    fragments = []
    return (bytes.byteCount, .failed(failure))
  }

  /// Whether a frame's header alone tells that it cannot be read, before its payload is waited for.
  private func refusal(of frame: HTTP2Frame) -> Failure? {
    if let continuations {
      guard frame.kind == HTTP2Frame.Kind.continuation, frame.streamID == block.streamID else {
        return .continuationOrder
      }
      guard continuations < Self.maximumContinuations else { return .tooManyContinuations }
    } else if frame.kind == HTTP2Frame.Kind.continuation {
      return .continuationOrder
    }
    return fragments.count + frame.length <= Self.maximumBlock ? nil : .blockTooLarge
  }

  /// Reads a whole frame that carries (a part of) a header block.
  private mutating func read(_ frame: HTTP2Frame, _ payload: RawSpan) -> Event {
    guard let range = frame.fragment(padding: payload.byteCount > 0 ? payload.byte(0) : 0) else {
      return .failed(.frameLength)
    }
    if frame.kind != HTTP2Frame.Kind.continuation {
      block.reset()
      block.streamID = frame.streamID
      if frame.kind == HTTP2Frame.Kind.pushPromise {
        block.promisedStreamID = (range.lowerBound - 4..<range.lowerBound).reduce(UInt32(0)) {
          $0 << 8 | UInt32(payload.byte($1))
        }
      }
    }
    block.frameType = frame.kind
    let fragment = payload.extracting(range)
    if let continuations {
      fragment.withUnsafeBytes { fragments.append(contentsOf: $0) }
      guard frame.endsHeaders else {
        self.continuations = continuations + 1
        return .needsBytes
      }
      let whole = fragments
      fragments = []
      self.continuations = nil
      return decode(whole.span.bytes)
    }
    guard frame.endsHeaders else {
      fragment.withUnsafeBytes { fragments.append(contentsOf: $0) }
      continuations = 0
      return .needsBytes
    }
    return decode(fragment)
  }

  private mutating func decode(_ bytes: RawSpan) -> Event {
    switch decoder.decode(bytes, into: &block) {
    case nil: .headers
    case .tooLarge: .failed(.fieldsTooLarge)
    default: .failed(.compression)
    }
  }
}
