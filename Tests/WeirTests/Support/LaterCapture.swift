/// A pcap of little-endian Ethernet frames in which what an IPv4 host sends and receives happens later.
enum LaterCapture {
  private static let fileHeader = 24
  private static let recordHeader = 16
  private static let source = 26
  private static let destination = 30

  static func delaying(_ host: [UInt8], by seconds: UInt32, in capture: [UInt8]) -> [UInt8] {
    var now = Array(capture.prefix(fileHeader))
    var later: [UInt8] = []
    var offset = fileHeader
    while offset + recordHeader <= capture.count {
      let end = offset + recordHeader + Int(number(capture, offset + 8))
      guard end <= capture.count else { break }
      let frame = capture[offset + recordHeader..<end]
      let addresses = [source, destination].map { Array(frame.dropFirst($0).prefix(4)) }
      if addresses.contains(host) {
        let time = number(capture, offset) + seconds
        later += (0..<4).map { UInt8(truncatingIfNeeded: time >> ($0 * 8)) } + capture[offset + 4..<end]
      } else {
        now += capture[offset..<end]
      }
      offset = end
    }
    now += later
    return now
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
  }
}
