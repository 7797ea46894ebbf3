/// Tells whether a client's bytes begin with a Kafka request, on a port that does not say so.
public enum KafkaRecognition {
  /// True for a believable length, a known key and version, and a client id of printable characters; the length must not
  /// end the message before the bytes do, unless another request follows.
  public static func begins(_ bytes: RawSpan) -> Bool {
    var reader = ByteReader(bytes)
    guard let length = reader.uint32(), 10...UInt32(KafkaParser.maximumLength) ~= length, let key = reader.uint16(),
      key <= 75, let version = reader.uint16(), version <= 20, reader.skip(4), let count = reader.uint16()
    else { return false }
    guard count != 0xffff else { return Int(length) + 4 == bytes.byteCount }
    guard 1...255 ~= count, Int(count) + 10 <= Int(length), let name = reader.range(Int(count)) else { return false }
    return name.allSatisfy { 0x21...0x7e ~= bytes.byte($0) }
  }
}
