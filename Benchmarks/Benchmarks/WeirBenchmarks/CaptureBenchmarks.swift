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
    var batch = CapturedPackets(capacity: 64)
    while true {
      reader.next(&batch)
      guard batch.count > 0 else { break }
      packets += batch.count
      for index in 0..<batch.count { bytes += batch[index].bytes.count }
    }
    guard packets == 200_000, reader.damage == nil else { throw InputError("\(packets) packets") }
    return Amount(items: packets, bytes: file.byteCount)
  }
}
