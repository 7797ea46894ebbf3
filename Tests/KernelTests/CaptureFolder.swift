import Capture
import Foundation
import Packet

/// The captures of this project, and those beside it where there are any.
enum CaptureFolder {
  /// The first frames of each Ethernet capture, cut to what a test run takes.
  static func frames(limit: Int) -> [(name: String, frames: [[UInt8]])] {
    let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
    let folders = [project.appending(path: "captures"), project.appending(path: "../shared/captures")]
    var found: [(name: String, frames: [[UInt8]])] = []
    for folder in folders {
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
      if files.isEmpty { print("no captures in \(folder.lastPathComponent) beside the project: passed over") }
      for case let file as URL in files.sorted(by: { "\($0)" < "\($1)" })
      where ["pcap", "pcapng", "cap", "gz"].contains(file.pathExtension) {
        let frames = read(file, limit: limit)
        if !frames.isEmpty { found.append((file.lastPathComponent, frames)) }
      }
    }
    return found
  }

  private static func read(_ file: URL, limit: Int) -> [[UInt8]] {
    guard var reader = try? CaptureReader(path: file.path), reader.linkType == 1 else { return [] }
    var frames: [[UInt8]] = []
    while frames.count < limit, let packet = reader.next() {
      // A test run takes less than a page; both sides see the same cut.
      let bytes = packet.bytes.prefix(2048).map { $0 }
      if bytes.count >= 15 { frames.append(bytes) }
    }
    return frames
  }
}
