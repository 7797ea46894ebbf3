/// Tells whether a datagram on a port that does not say so is a DNS message.
public enum DNSRecognition {
  /// No more records than a message has that fits into a datagram.
  private static let maximumRecords: UInt16 = 64
  /// What a NetBIOS name service speaks looks alike and is none.
  private static let netBIOSPort: UInt16 = 137

  /// True for a standard query or its response (RFC 1035, section 4.1.1) with one question about the Internet: a name of
  /// at least two labels of a host name's characters, and a known type.
  public static func isMessage(_ bytes: RawSpan, from source: UInt16, to destination: UInt16) -> Bool {
    guard bytes.byteCount >= 17, bytes.byte(4) == 0, bytes.byte(5) == 1, bytes.byte(2) & 0x78 == 0,
      bytes.byte(3) & 0x40 == 0, source != netBIOSPort, destination != netBIOSPort
    else { return false }
    var reader = ByteReader(bytes)
    guard reader.skip(6) else { return false }
    for _ in 0..<3 {
      guard let count = reader.uint16(), count <= maximumRecords else { return false }
    }
    guard passHostName(bytes, &reader), let type = reader.uint16(), DNSRecordType.name(type) != nil else {
      return false
    }
    // The highest bit of the class has a meaning of its own in multicast DNS.
    return reader.uint16().map { $0 & 0x7fff } == 1
  }

  private static func passHostName(_ bytes: RawSpan, _ reader: inout ByteReader) -> Bool {
    var labels = 0
    while let length = reader.byte() {
      guard length > 0 else { return labels >= 2 }
      guard length < 64, let range = reader.range(Int(length)), range.allSatisfy({ isHostNameByte(bytes.byte($0)) })
      else {
        return false
      }
      labels += 1
    }
    return false
  }

  /// Letters, digits, hyphen; and the underscore that service names begin with.
  private static func isHostNameByte(_ byte: UInt8) -> Bool {
    asciiLowercased(byte) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d || byte == 0x5f
  }
}
