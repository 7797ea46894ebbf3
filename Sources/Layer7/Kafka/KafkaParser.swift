/// Finds the messages in one direction of a Kafka connection.
///
/// Feed it the direction's bytes in order with `consume`, each time with what was not consumed and the bytes that came
/// since.
public struct KafkaParser: Sendable {
  public enum Role: Sendable {
    case client, broker
  }

  public struct Response: Sendable, Hashable {
    /// Bytes after the length.
    public let length: Int
    public let correlationID: Int32
    /// The request's; nil when it was not seen.
    public let apiKey: Int16?
    public let apiVersion: Int16?
  }

  public enum Event: Sendable, Hashable {
    /// The unconsumed bytes must be passed again with more.
    case needsBytes
    /// Ranges are those of the bytes passed in this call.
    case request(KafkaRequest)
    case response(Response)
    /// Not Kafka. All bytes passed are consumed; a message is looked for at the beginning of the next ones.
    case notKafka
  }

  /// The longest message believed: the default of a broker's `socket.request.max.bytes`.
  public static let maximumLength = 100 << 20
  /// Bytes of a message that are waited for; of a longer one only the header is read, the rest passed over.
  public static let maximumRead = 128 << 10
  /// Keys and versions above these are not believed to be Kafka's (it has come to 92 and 18).
  static let maximumKey: Int16 = 127
  static let maximumVersion: Int16 = 31

  private let role: Role
  /// Bytes of a message whose header was read that have yet to come.
  private var rest = 0

  public init(_ role: Role) {
    self.role = role
  }

  /// Reads on until a message is complete or the bytes are used up; returns how many bytes are done with.
  public mutating func consume(
    _ bytes: RawSpan, _ exchanges: inout KafkaExchanges
  ) -> (consumed: Int, event: Event) {
    let passed = min(rest, bytes.byteCount)
    rest -= passed
    var reader = ByteReader(bytes)
    guard reader.skip(passed), let length = reader.uint32().map({ Int(Int32(bitPattern: $0)) }) else {
      return (passed, .needsBytes)
    }
    let minimum = role == .client ? 8 : 4
    guard minimum...Self.maximumLength ~= length else { return (bytes.byteCount, .notKafka) }
    let isWhole = reader.remaining >= length
    guard isWhole || reader.remaining >= Self.maximumRead else {
      // A header that cannot be is known before the message is complete.
      return role == .client && reader.remaining >= 4 && Self.header(&reader) == nil
        ? (bytes.byteCount, .notKafka) : (passed, .needsBytes)
    }
    let end = min(reader.position + length, bytes.byteCount)
    let event: Event
    if role == .client {
      guard let request = request(bytes.extracting(0..<end), &reader, length, isWhole) else {
        return (bytes.byteCount, .notKafka)
      }
      exchanges.sent(request)
      event = .request(request)
    } else {
      guard let number = reader.uint32() else { return (bytes.byteCount, .notKafka) }
      let request = exchanges.answered(Int32(bitPattern: number))
      event = .response(
        Response(
          length: length, correlationID: Int32(bitPattern: number), apiKey: request?.apiKey,
          apiVersion: request?.apiVersion))
    }
    rest = passed + 4 + length - end
    return (end, event)
  }

  /// Tells that `count` bytes of the direction were lost. Unless they belong to a message that is being passed over, a
  /// message is looked for at the beginning of what comes.
  public mutating func skip(_ count: UInt64) {
    rest = UInt64(rest) >= count ? rest - Int(count) : 0
  }

  private static func header(_ reader: inout ByteReader) -> (key: Int16, version: Int16)? {
    guard let key = reader.uint16(), let version = reader.uint16(), key <= maximumKey, version <= maximumVersion else {
      return nil
    }
    return (Int16(key), Int16(version))
  }

  private func request(
    _ bytes: RawSpan, _ reader: inout ByteReader, _ length: Int, _ isWhole: Bool
  ) -> KafkaRequest? {
    // What follows must not be read as part of this message.
    var body = ByteReader(bytes)
    guard body.skip(reader.position), let (key, version) = Self.header(&body), let number = body.uint32() else {
      return nil
    }
    var request = KafkaRequest()
    request.length = length
    request.apiKey = key
    request.apiVersion = version
    request.correlationID = Int32(bitPattern: number)
    // The only header without a client id.
    if key == 7, version == 0 {
      request.topics = []
      return request
    }
    guard let count = body.uint16().map({ Int(Int16(bitPattern: $0)) }) else { return nil }
    if count >= 0 {
      guard let range = body.range(count) else { return nil }
      request.clientID = ByteRange(range)
    }
    guard let schema = KafkaSchema.topics[key] else {
      request.topics = []
      return request
    }
    let isFlexible = KafkaSchema.isFlexible(key: key, version: version)
    var topics = KafkaTopicReader(version: version, isFlexible: isFlexible)
    if isWhole, !isFlexible || KafkaTopicReader.passTags(&body), topics.read(schema, &body) {
      request.topics = topics.topics
    }
    return request
  }
}
