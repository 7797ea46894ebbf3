/// Google's QUIC before the IETF's: its first packets are not encrypted, and its ClientHello (CHLO) is a list of tags.
enum GoogleQUIC {
  /// The version of a packet that says one, `Q025`, and where what follows it begins; nil for other packets.
  static func version(_ datagram: RawSpan) -> (text: String, end: Int)? {
    guard datagram.byteCount > 0 else { return nil }
    let flags = datagram.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    // Up to Q043: flags, an eight-byte connection ID, version. From Q044 on: flags, version.
    if flags & 0x80 != 0 { return text(datagram, at: 1, from: 44, to: 49) }
    guard flags & 0x41 == 0x01, flags & 0x02 == 0, flags & 0x08 != 0 else { return nil }
    return text(datagram, at: 9, from: 1, to: 43)
  }

  private static func text(_ datagram: RawSpan, at offset: Int, from low: Int, to high: Int) -> (String, Int)? {
    guard datagram.byteCount >= offset + 4 else { return nil }
    let bytes = datagram.extracting(offset..<offset + 4).withUnsafeBytes { [UInt8]($0) }
    guard bytes[0] == UInt8(ascii: "Q"), let text = String(validating: bytes, as: UTF8.self),
      let number = Int(text.dropFirst()), low...high ~= number
    else { return nil }
    return (text, offset + 4)
  }

  /// How far into a packet a message may begin: behind the packet number, the hash, and the frames in front.
  private static let longestPrefix = 512
  private static let messageTag: [UInt8] = Array("CHLO".utf8)
  private static let maximumTags = 128
  private static let tagLength = 8
  /// Tag, number of tags, padding.
  private static let messageHeaderLength = 8

  /// The server's name in a CHLO within `bytes`: nil when there is no CHLO, empty when it has no name.
  ///
  /// Frames in front of it differ from version to version; the message is found by its tag and must be consistent.
  static func serverName(_ bytes: RawSpan, from start: Int) -> String? {
    let last = min(bytes.byteCount - messageHeaderLength, start + longestPrefix)
    guard start <= last else { return nil }
    for offset in start...last where isMessage(bytes, at: offset) {
      if let name = readTags(bytes, at: offset) { return name }
    }
    return nil
  }

  private static func isMessage(_ bytes: RawSpan, at offset: Int) -> Bool {
    for index in 0..<4
    where bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self) != messageTag[index] { return false }
    return true
  }

  /// Tags ascend, and so do the ends of their values, which count from behind the last tag. Numbers are little-endian.
  private static func readTags(_ bytes: RawSpan, at offset: Int) -> String? {
    func number(_ position: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) {
        $0 | Int(bytes.unsafeLoad(fromByteOffset: position + $1, as: UInt8.self)) << (8 * $1)
      }
    }
    let count = number(offset + 4, 2)
    let first = offset + messageHeaderLength
    guard count > 0, count <= maximumTags, bytes.byteCount >= first + count * tagLength else { return nil }
    let values = first + count * tagLength
    var start = 0
    var name = ""
    for index in 0..<count {
      let tag = first + index * tagLength
      let end = number(tag + 4, 4)
      guard end >= start else { return nil }
      if number(tag, 4) == 0x0049_4e53, values + end <= bytes.byteCount {
        name = bytes.text(ByteRange(values + start..<values + end))
      }
      start = end
    }
    return name
  }
}
