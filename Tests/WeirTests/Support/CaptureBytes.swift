/// A pcap built packet by packet: Ethernet, IPv4, TCP or UDP; one second from packet to packet.
struct CaptureBytes {
  enum TCPFlags: UInt8 { case syn = 0x02, synAck = 0x12, ack = 0x10 }

  private(set) var bytes: [UInt8] = [
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0,
  ]
  private var packets: UInt32 = 0

  mutating func tcp(
    _ source: String, _ sourcePort: UInt16, _ destination: String, _ port: UInt16, _ flags: TCPFlags = .syn
  ) {
    let header: [UInt8] =
      big(sourcePort) + big(port) + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags.rawValue, 1, 0, 0, 0, 0, 0]
    add(source, destination, protocolNumber: 6, header)
  }

  mutating func udp(_ source: String, _ sourcePort: UInt16, _ destination: String, _ port: UInt16) {
    add(source, destination, protocolNumber: 17, big(sourcePort) + big(port) + [0, 8, 0, 0])
  }

  mutating func ping(_ source: String, _ destination: String, type: UInt8 = 8) {
    add(source, destination, protocolNumber: 1, [type, 0, 0, 0, 0, 7, 0, 1])
  }

  private mutating func add(_ source: String, _ destination: String, protocolNumber: UInt8, _ payload: [UInt8]) {
    let ethernet: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
    let length = UInt16(20 + payload.count)
    let header: [UInt8] =
      [0x45, 0] + big(length) + [0, 0, 0, 0, 64, protocolNumber, 0, 0] + address(source) + address(destination)
    let frame = ethernet + header + payload
    packets += 1
    bytes += little(packets) + little(0) + little(UInt32(frame.count)) + little(UInt32(frame.count)) + frame
  }

  private func address(_ text: String) -> [UInt8] { text.split(separator: ".").compactMap { UInt8($0) } }
  private func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
  private func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
}
