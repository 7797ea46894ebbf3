import Benchmark
import Capture
import Packet
import Rows

/// Reading a capture: a file in the page cache to records.
func registerCaptureBenchmarks() {
  measure(.captureReading) {
    try ScratchFile("traffic.pcap", CaptureFile.pcap(packets: 200_000))
  } run: { _, file in
    var reader = try CaptureReader(path: file.path)
    var packets = 0
    var bytes = 0
    while let packet = reader.next() {
      packets += 1
      bytes += packet.bytes.count
    }
    guard packets == 200_000, reader.damage == nil else { throw InputError("\(packets) packets") }
    return Amount(items: packets, bytes: file.byteCount)
  }
}
