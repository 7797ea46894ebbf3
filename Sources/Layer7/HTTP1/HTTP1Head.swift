/// The head of an HTTP/1 message: its first line and its fields, as ranges of the bytes that held it.
///
/// One value is used again for every message of a direction, so that reading a head allocates nothing once its list of
/// fields has grown.
public struct HTTP1Head: Sendable {
  public enum FirstLine: Sendable, Hashable {
    /// The target and the version are as sent; either is empty when the line ends before it.
    case request(method: ByteRange, target: ByteRange, version: ByteRange)
    case response(version: ByteRange, status: Int, reason: ByteRange)
  }

  /// Deviations that recipients read in different ways, or refuse.
  public struct Oddities: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A line ends with LF alone (RFC 9112 §2.2).
    public static let bareLineFeed = Self(rawValue: 1 << 0)
    /// A value goes on in the next line (obs-fold, RFC 9112 §5.2).
    public static let foldedValue = Self(rawValue: 1 << 1)
    /// White space between a field's name and its colon (RFC 9112 §5.1), or before the first field.
    public static let misplacedSpace = Self(rawValue: 1 << 2)
    public static let lineWithoutColon = Self(rawValue: 1 << 3)
    public static let repeatedHost = Self(rawValue: 1 << 4)
    /// `Content-Length` more than once with the same value (RFC 9110 §8.6).
    public static let repeatedLength = Self(rawValue: 1 << 5)
    /// `Content-Length` values that differ or are not numbers.
    public static let invalidLength = Self(rawValue: 1 << 6)
    /// Both `Transfer-Encoding` and `Content-Length`: the stuff of request smuggling (RFC 9112 §6.1).
    public static let lengthAndEncoding = Self(rawValue: 1 << 7)
    /// A `Transfer-Encoding` that does not end in `chunked`, has it more than once, or names no known coding.
    public static let unclearEncoding = Self(rawValue: 1 << 8)
    /// A first line without version, or with another one than HTTP/1.0 and HTTP/1.1.
    public static let unknownVersion = Self(rawValue: 1 << 9)
  }

  public internal(set) var firstLine = FirstLine.request(method: .empty, target: .empty, version: .empty)
  /// In the order sent. A line without colon is a field with an empty value.
  public internal(set) var fields: [HTTPField] = []
  /// The first `Host` field's value.
  public internal(set) var host: ByteRange?
  public internal(set) var oddities: Oddities = []

  var contentLength: UInt64?
  var transferCodings: TransferCodings = .absent
  var upgrade: ByteRange?
  /// `Connection` names `upgrade`: without it, `Upgrade` means nothing (RFC 9110 §7.8).
  var connectionNamesUpgrade = false

  enum TransferCodings: Sendable {
    case absent
    /// The last coding is `chunked`, and it occurs once.
    case chunked
    case other
  }

  init() {}

  public var isRequest: Bool {
    if case .request = firstLine { true } else { false }
  }

  mutating func reset() {
    fields.removeAll(keepingCapacity: true)
    host = nil
    oddities = []
    contentLength = nil
    transferCodings = .absent
    upgrade = nil
    connectionNamesUpgrade = false
  }
}
