import Addresses
import Benchmark
import Packet
import Rows

/// Dissection: a frame's bytes to its headers.
func registerPacketBenchmarks() {
  register(.dissectTCP) { random in
    Frame.tcp(socket(&random), socket(&random), flags: Frame.ack, payload: random.below(200))
  }
  register(.dissectUDP) { random in
    Frame.udp(socketIPv6(&random), socketIPv6(&random), payload: random.below(200))
  }
  register(.dissectVLAN) { random in
    Frame.tcp(socket(&random), socket(&random), flags: Frame.ack, payload: random.below(200), vlan: 42)
  }
}

private func register(_ row: Row, frame: @escaping (inout RandomNumbers) -> [UInt8]) {
  measure(row) {
    var random = RandomNumbers(seed: 4)
    var batch = FrameBatch()
    for _ in 0..<4096 { batch.append(frame(&random)) }
    return batch
  } run: { _, batch in
    var ports = 0
    for _ in 0..<16 {
      batch.forEach { _, bytes in
        let headers = dissect(bytes)
        if headers.flags.contains(.hasPorts) { ports += 1 }
      }
    }
    guard ports == 16 * batch.count else { throw InputError("\(ports) packets with ports") }
    return Amount(items: ports)
  }
}

/// Not inlined, so that every field of the headers is made.
@inline(never)
private func dissect(_ bytes: UnsafeRawBufferPointer) -> PacketHeaders {
  PacketHeaders(dissecting: bytes, linkType: .ethernet, originalLength: UInt32(bytes.count))
}

private func socket(_ random: inout RandomNumbers) -> Socket {
  Socket(
    address: IPAddress(ipv4: .random(in: 0...(.max), using: &random)), port: .random(in: 0...(.max), using: &random))
}

private func socketIPv6(_ random: inout RandomNumbers) -> Socket {
  Socket(
    address: IPAddress(ipv6High: 0xfd00 << 48, low: .random(in: 0...(.max), using: &random)),
    port: .random(in: 0...(.max), using: &random))
}
