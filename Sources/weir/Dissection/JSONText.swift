import Addresses

/// Appends JSON to a byte buffer: the little that flat records need.
enum JSONText {
  static func raw(_ text: StaticString, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  static func append(_ value: Int, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: String(value).utf8)
  }

  static func append(_ value: UInt16?, to bytes: inout [UInt8]) {
    if let value { append(Int(value), to: &bytes) } else { raw("null", to: &bytes) }
  }

  static func append(_ address: IPAddress, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    address.write(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Seconds with nine decimals, as text: no floating-point number holds them all.
  static func append(timestamp: Int64, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "\"\(seconds(timestamp))\"".utf8)
  }

  static func seconds(_ timestamp: Int64) -> String {
    let fraction = String(timestamp.magnitude % 1_000_000_000)
    let sign = timestamp < 0 ? "-" : ""
    return "\(sign)\(timestamp.magnitude / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count)
      + fraction
  }

  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: String(repeating: "0", count: 4 - digits.count).utf8)
        bytes.append(contentsOf: digits.utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
