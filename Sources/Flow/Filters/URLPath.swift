/// The path of an HTTP request's URL.
enum URLPath {
  /// The decoded path of an absolute URL, or of a request's target that begins with a slash; nil when `url` is neither
  /// or has a broken escape.
  static func path(ofURL url: String) -> String? {
    let bytes = Array(url.utf8)
    guard !bytes.isEmpty, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
    var start = 0
    if bytes[0] != UInt8(ascii: "/") {
      guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
        bytes[..<colon].allSatisfy({ isSchemeCharacter($0) }), bytes[(colon + 1)...].starts(with: "//".utf8)
      else { return nil }
      let authority = colon + 3
      start =
        bytes[authority...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? bytes.count
    }
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    return decode(bytes[start..<end])
  }

  private static func isSchemeCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }

  private static func decode(_ path: ArraySlice<UInt8>) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(path.count)
    var index = path.startIndex
    while index < path.endIndex {
      if path[index] == UInt8(ascii: "%") {
        guard index + 2 < path.endIndex, let high = path[index + 1].hexadecimalDigitValue,
          let low = path[index + 2].hexadecimalDigitValue
        else { return nil }
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(path[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }
}
