import Foundation

/// Capture files as the tests need them, written byte by byte.
struct CaptureFixture {
  struct Record {
    var seconds: UInt32
    var fraction: UInt32
    var bytes: [UInt8]
    var originalLength: UInt32?
  }

  var isBigEndian = false
  var magic: UInt32 = 0xa1b2_c3d4
  var linkType: UInt32 = 1
  var records: [Record] = []

  static let nanosecondMagic: UInt32 = 0xa1b2_3c4d
  static let headerLength = 24
  static let recordHeaderLength = 16

  /// Three records: 60, 61 and 62 bytes of 1, 2 and 3.
  static var three: CaptureFixture {
    CaptureFixture(
      records: (1...3).map {
        Record(seconds: UInt32($0), fraction: 500, bytes: [UInt8](repeating: UInt8($0), count: 59 + $0))
      })
  }

  var pcap: [UInt8] {
    var bytes = word(magic) + half(2) + half(4) + word(0) + word(0) + word(65535) + word(linkType)
    for record in records {
      bytes += word(record.seconds) + word(record.fraction)
      bytes += word(UInt32(record.bytes.count)) + word(record.originalLength ?? UInt32(record.bytes.count))
      bytes += record.bytes
    }
    return bytes
  }

  /// One section, one interface with times in units of 10^-`resolution` seconds.
  func pcapng(resolution: UInt8) -> [UInt8] {
    var bytes = block(0x0a0d_0d0a, word(0x1a2b_3c4d) + half(1) + half(0) + word(0xffff_ffff) + word(0xffff_ffff))
    let option = half(9) + half(1) + [resolution, 0, 0, 0] + half(0) + half(0)
    bytes += block(1, half(UInt16(linkType)) + half(0) + word(65535) + option)
    for record in records {
      let unit = (0..<resolution).reduce(UInt64(1)) { unit, _ in unit * 10 }
      let time = UInt64(record.seconds) * unit + UInt64(record.fraction)
      var body = word(0) + word(UInt32(time >> 32)) + word(UInt32(truncatingIfNeeded: time))
      body += word(UInt32(record.bytes.count)) + word(record.originalLength ?? UInt32(record.bytes.count))
      body += record.bytes + [UInt8](repeating: 0, count: (4 - record.bytes.count % 4) % 4)
      bytes += block(6, body)
    }
    return bytes
  }

  private func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    let length = word(UInt32(12 + body.count))
    return word(type) + length + body + length
  }

  private func word(_ value: UInt32) -> [UInt8] {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    return isBigEndian ? bytes : bytes.reversed()
  }

  private func half(_ value: UInt16) -> [UInt8] {
    let bytes = [UInt8(value >> 8), UInt8(value & 0xff)]
    return isBigEndian ? bytes : bytes.reversed()
  }

  /// RFC 1952 around stored blocks of RFC 1951: gzip without a compressor.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ value: UInt32, _ count: UInt32) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    let chunks = stride(from: 0, to: max(bytes.count, 1), by: 60_000).map { bytes[$0..<min($0 + 60_000, bytes.count)] }
    for (index, chunk) in chunks.enumerated() {
      let length = UInt32(chunk.count)
      result += [index == chunks.count - 1 ? 1 : 0] + little(length, 2) + little(~length, 2) + chunk
    }
    return result + little(checksum(bytes), 4) + little(UInt32(bytes.count), 4)
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~crc
  }
}

/// A file that is gone when the test is over.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
