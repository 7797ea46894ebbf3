/// A capture in the classic format, with times in nanoseconds.
enum CaptureFile {
  static func pcap(packets: Int) -> [UInt8] {
    var traffic = EngineTraffic()
    let connections = traffic.connections(1000)
    let batch = traffic.mixture(packets, open: connections)
    var file = little(0xa1b2_3c4d as UInt32) + little(2 as UInt16) + little(4 as UInt16)
    file += little(0 as UInt64) + little(65_535 as UInt32) + little(1 as UInt32)
    batch.forEach { index, bytes in
      file += little(UInt32(1_760_000_000 + index / 1_000_000)) + little(UInt32(index % 1_000_000 * 1000))
      file += little(UInt32(bytes.count)) + little(UInt32(bytes.count))
      file += bytes
    }
    return file
  }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
