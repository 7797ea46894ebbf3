import Foundation
import Testing

/// Several threads read a capture from guessed places: whatever it holds, the totals are those of one thread.
@Suite struct SegmentTests {
  /// What stands behind the packets' ends, within their records.
  enum Trailer: CaseIterable {
    case none
    /// Records that look like the capture's own.
    case records
    /// Now and then more bytes than a segment has, of such records.
    case manyRecords
    case zeros
  }

  /// The capture, and where in it a record begins that is neither among the first nor the last.
  private static func capture(_ trailer: Trailer, farApart: Bool) -> (bytes: [UInt8], middle: Int) {
    var plain = CaptureBytes()
    for number in 0..<1500 {
      let port = UInt16(20_000 + number % 300)
      plain.tcp("10.0.0.1", port, "10.0.0.2", number % 7 == 0 ? 9090 : 8080, number < 300 ? .syn : .ack)
      plain.udp("10.0.0.2", port, "10.0.0.\(number % 9 + 1)", 53)
      plain.ping("10.0.0.1", "10.0.0.2")
    }
    let records = Array(plain.bytes[24...])
    var bytes = Array(plain.bytes[..<24])
    var (start, number, middle) = (0, 0, 0)
    while start < records.count {
      let length = 16 + Int(records[start + 8])
      var added: [UInt8] =
        switch trailer {
        case .none: []
        case .records: Array(records[..<(number % 40 * 60)])
        case .manyRecords: number % 500 == 7 ? Array(records[..<70_000]) : []
        case .zeros: [UInt8](repeating: 0, count: number % 900)
        }
      if farApart, number % 2 == 0 { added += [1, 2, 3] }
      var head = Array(records[start..<start + 16])
      if number == 3000 { middle = bytes.count }
      // Twenty years from one packet to the next.
      if farApart { head[3] = number % 2 == 0 ? 0x20 : 0x46 }
      let captured = UInt32(length - 16 + added.count)
      for index in 0..<4 {
        head[8 + index] = UInt8(truncatingIfNeeded: captured >> (index * 8))
        head[12 + index] = head[8 + index]
      }
      bytes += head + records[(start + 16)..<(start + length)] + added
      start += length
      number += 1
    }
    return (bytes, middle)
  }

  @Test(arguments: Trailer.allCases, [false, true])
  func totalsDoNotDependOnWhereThreadsBegin(_ trailer: Trailer, farApart: Bool) throws {
    let (whole, middle) = Self.capture(trailer, farApart: farApart)
    var damaged = whole
    for index in 8..<12 { damaged[middle + index] = 0xff }
    let files: [String: [UInt8]] = [
      "whole.pcap": whole, "damaged.pcap": damaged, "within-a-packet.pcap": Array(whole.dropLast(5)),
      "within-a-header.pcap": Array(whole.prefix(middle + 7)), "between.pcap": Array(whole.prefix(middle)),
      "nothing.pcap": Array(whole.prefix(24)),
    ]
    let scratch = try SmallCluster.scratch(files)
    for name in files.keys.sorted() {
      func totals(_ threads: Int) throws -> String {
        let run = try Weir.run(
          ["replay", name] + SmallCluster.inForce
            + ["-o", "summary", "--stats-json", "-", "--threads", "\(threads)"], in: scratch.folder)
        #expect(run.status == 0, "\(run.errors)")
        return (run.output + run.errors).replacing(#/"seconds":[0-9.e-]+|\d+(\.\d+)? ?(s|ms|packets\/s).*/#, with: "")
      }
      let one = try totals(1)
      for threads in [2, 5] { #expect(try totals(threads) == one, "\(name), \(threads) threads") }
    }
  }
}
