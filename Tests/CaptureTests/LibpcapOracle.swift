import CPcap
import Foundation
import Packet

@testable import Capture

/// What libpcap reads in a file: the readers' oracle.
struct LibpcapOracle {
  struct Seen: Equatable {
    var timestamp: Int64
    var originalLength: UInt32
    var linkType: UInt32
    var bytes: [UInt8]
  }

  var packets: [Seen] = []
  /// Why it stopped, where that was not the end.
  var fault: String?

  /// Nil when libpcap does not open the file.
  init?(_ path: String) {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard
      let handle = pcap_open_offline_with_tstamp_precision(path, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message)
    else { return nil }
    defer { pcap_close(handle) }
    let linkType = LinkNumber.registered(UInt32(clamping: pcap_datalink(handle)))
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    while pcap_next_ex(handle, &header, &data) == 1, let header = header?.pointee, let data {
      let (product, overflow) = Int64(header.ts.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
      packets.append(
        Seen(
          timestamp: overflow ? .max : product &+ Int64(header.ts.tv_usec), originalLength: header.len,
          linkType: linkType, bytes: Array(UnsafeBufferPointer(start: data, count: Int(header.caplen)))))
    }
    let text = pcap_geterr(handle).map { String(cString: $0) } ?? ""
    if !text.isEmpty { fault = text }
  }

  /// The same by Weir's own readers.
  static func own(_ path: String, capacity: Int) throws -> (packets: [Seen], damage: CaptureError?) {
    var reader = try CaptureReader(path: path)
    var batch = CapturedPackets(capacity: capacity)
    var packets: [Seen] = []
    while true {
      reader.next(&batch)
      guard batch.count > 0 else { return (packets, reader.damage) }
      for index in 0..<batch.count {
        let packet = batch[index]
        packets.append(
          Seen(
            timestamp: packet.timestamp, originalLength: packet.originalLength, linkType: packet.linkType,
            bytes: Array(packet.bytes)))
      }
    }
  }
}

/// Captures to read: the ones beside the sources, and those of `../shared` where it is.
enum CaptureFiles {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let bundled = files(in: root.appendingPathComponent("captures"))
  static let shared = files(in: root.deletingLastPathComponent().appendingPathComponent("shared/captures"))

  static var all: [String] {
    if shared.isEmpty { print("skipped: there are no captures in ../shared") }
    return bundled + shared
  }

  private static func files(in folder: URL) -> [String] {
    let names = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (names?.compactMap { ($0 as? URL)?.path } ?? [])
      .filter { path in [".pcap", ".pcapng", ".cap", ".ntar"].contains { path.hasSuffix($0) } }.sorted()
  }
}
