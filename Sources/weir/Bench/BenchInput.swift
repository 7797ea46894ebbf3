import Capture
import Packet

/// What a benchmark runs over, in words.
struct BenchInput {
  var cluster: String
  var traffic: String
  /// Nil for captures.
  var seed: UInt64?
}

extension PacketLoad.Builder {
  /// Reads captures until their end, or as far as there is room.
  mutating func read(_ capture: inout MergedCapture) {
    while !isFull, let packet = capture.next() { append(packet) }
  }
}
