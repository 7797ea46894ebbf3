/// A decoded header block of HTTP/2: a request, a response, or trailers, with its fields in order.
public struct HTTP2HeaderBlock: Sendable {
  public enum Kind: String, Sendable {
    case request, response, trailers
  }

  /// Decoded bytes of a block.
  public static let maximumBytes = 256 << 10
  /// Fields of a block.
  public static let maximumFields = 1_024

  public internal(set) var streamID: UInt32 = 0
  /// The type of the frame that completed the block: HEADERS (1), PUSH_PROMISE (5) or CONTINUATION (9).
  public internal(set) var frameType: UInt8 = 0
  /// The stream that a PUSH_PROMISE reserves.
  public internal(set) var promisedStreamID: UInt32?
  /// The fields' names and values, to which `fields` refers.
  public internal(set) var bytes: [UInt8] = []
  /// Names and values from the dynamic table that were sent before the capture began are `<unknown>`.
  public internal(set) var fields: [HTTPField] = []

  init() {}

  public var kind: Kind {
    if value(of: ":method") != nil { return .request }
    return value(of: ":status") != nil ? .response : .trailers
  }

  /// The range of the first field with this lower-case name, as HTTP/2 demands names to be.
  public func value(of name: StaticString) -> ByteRange? {
    let bytes = bytes.span.bytes
    for field in fields where bytes.isPart(field.name, name) { return field.value }
    return nil
  }

  /// The text of the first field with this lower-case name.
  public func text(of name: StaticString) -> String? {
    value(of: name).map { text($0) }
  }

  public func text(_ range: ByteRange) -> String { bytes.span.bytes.text(range) }

  /// True for a gRPC call: its `:path` is `/package.Service/Method`.
  public var isGRPC: Bool {
    guard let type = value(of: "content-type") else { return false }
    let text = text(type)
    return text == "application/grpc" || text.hasPrefix("application/grpc+") || text.hasPrefix("application/grpc;")
  }

  mutating func reset() {
    promisedStreamID = nil
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }

  mutating func add(nameStart: Int, nameCount: Int, valueCount: Int) {
    fields.append(
      HTTPField(name: ByteRange(nameStart, nameCount), value: ByteRange(nameStart + nameCount, valueCount)))
  }

  var isWithinLimits: Bool { bytes.count <= Self.maximumBytes && fields.count <= Self.maximumFields }
}
