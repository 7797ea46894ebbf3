import Addresses

/// Ethernet frames with TCP or UDP as they are on the wire, cut off as a capture with a snap length would have them.
/// Checksums are 0: nobody looks at them.
struct SyntheticFrame {
  struct End {
    var address: IPAddress
    var port: UInt16
  }

  /// What is kept of a frame, in bytes.
  static let snapLength = 128

  var source: End
  var destination: End
  /// Nil for UDP.
  var tcpFlags: UInt8?
  var payload: Int

  /// On the wire, in bytes.
  var length: UInt32 { UInt32(14 + (source.address.isIPv6 ? 40 : 20) + transportLength + payload) }

  private var transportLength: Int { tcpFlags == nil ? 8 : 20 }

  func bytes() -> [UInt8] {
    var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    let protocolNumber: UInt8 = tcpFlags == nil ? 17 : 6
    let size = transportLength + payload
    if source.address.isIPv6 {
      frame += [0x86, 0xdd, 0x60, 0, 0, 0] + Self.big(UInt16(size)) + [protocolNumber, 64]
      for address in [source.address, destination.address] { frame += Self.big(address.high) + Self.big(address.low) }
    } else {
      frame += [0x08, 0x00, 0x45, 0] + Self.big(UInt16(20 + size)) + [0, 1, 0x40, 0, 64, protocolNumber, 0, 0]
      for address in [source.address, destination.address] {
        frame += Self.big(UInt32(truncatingIfNeeded: address.low))
      }
    }
    frame += Self.big(source.port) + Self.big(destination.port)
    if let tcpFlags {
      frame += [0, 0, 0, 1, 0, 0, 0, 1, 0x50, tcpFlags, 0x10, 0, 0, 0, 0, 0]
    } else {
      frame += Self.big(UInt16(size)) + [0, 0]
    }
    return frame + [UInt8](repeating: 0, count: max(0, min(payload, Self.snapLength - frame.count)))
  }

  private static func big(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
