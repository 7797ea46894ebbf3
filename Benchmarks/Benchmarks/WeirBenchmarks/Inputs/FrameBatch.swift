import Addresses

/// Frames one after another in memory, as a capture hands them out.
struct FrameBatch {
  private(set) var bytes: [UInt8] = []
  /// Where each frame ends.
  private var ends: [Int] = []

  var count: Int { ends.count }

  mutating func append(_ frame: [UInt8]) {
    bytes += frame
    ends.append(bytes.count)
  }

  /// Calls `body` with each frame in turn, and its number.
  @inline(__always)
  func forEach(_ body: (Int, UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { all in
      var start = 0
      for (index, end) in ends.enumerated() {
        body(index, UnsafeRawBufferPointer(rebasing: all[start..<end]))
        start = end
      }
    }
  }
}

/// An end of a connection.
struct Socket {
  var address: IPAddress
  var port: UInt16
}

/// Frames as they are on the wire; checksums are 0, which nobody looks at.
enum Frame {
  static let syn: UInt8 = 2
  static let ack: UInt8 = 16

  static func tcp(
    _ source: Socket, _ destination: Socket, flags: UInt8, payload: Int = 0, vlan: UInt16? = nil
  ) -> [UInt8] {
    var segment = big(source.port) + big(destination.port)
    segment += [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 0x10, 0, 0, 0, 0, 0]
    segment += [UInt8](repeating: 0x61, count: payload)
    return ethernet(ip(source.address, destination.address, 6, segment), source.address.isIPv6, vlan: vlan)
  }

  static func udp(_ source: Socket, _ destination: Socket, payload: Int = 32) -> [UInt8] {
    var datagram = big(source.port) + big(destination.port) + big(UInt16(8 + payload)) + [0, 0]
    datagram += [UInt8](repeating: 0x61, count: payload)
    return ethernet(ip(source.address, destination.address, 17, datagram), source.address.isIPv6, vlan: nil)
  }

  private static func ethernet(_ packet: [UInt8], _ isIPv6: Bool, vlan: UInt16?) -> [UInt8] {
    let tag = vlan.map { [0x81, 0x00] + big($0) } ?? []
    return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + tag + (isIPv6 ? [0x86, 0xdd] : [0x08, 0x00]) + packet
  }

  private static func ip(
    _ source: IPAddress, _ destination: IPAddress, _ number: UInt8, _ payload: [UInt8]
  ) -> [UInt8] {
    if source.isIPv6 {
      let head = [0x60, 0, 0, 0] + big(UInt16(payload.count)) + [number, 64]
      return head + big(source.high) + big(source.low) + big(destination.high) + big(destination.low) + payload
    }
    let head = [0x45, 0] + big(UInt16(20 + payload.count)) + [0x12, 0x34, 0x40, 0, 64, number, 0, 0]
    return head + big(UInt32(source.low)) + big(UInt32(destination.low)) + payload
  }

  private static func big(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
