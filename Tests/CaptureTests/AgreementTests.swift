import Foundation
import Packet
import Testing

@testable import Capture

/// Weir's own readers and libpcap read the same from every capture at hand.
@Suite struct AgreementTests {
  @Test func thereAreBundledCaptures() { #expect(CaptureFiles.bundled.count >= 2) }

  @Test(arguments: CaptureFiles.all)
  func withLibpcap(_ path: String) throws {
    guard let oracle = LibpcapOracle(path) else { return }
    for capacity in [1, 64, 1000] {
      let (packets, damage) = try LibpcapOracle.own(path, capacity: capacity)
      if oracle.fault == nil {
        #expect(damage == nil)
        #expect(packets == oracle.packets)
      } else {
        // Where libpcap stops, for it wants one kind of interface, Weir may go on.
        #expect(packets.prefix(oracle.packets.count).elementsEqual(oracle.packets))
      }
    }
  }

  @Test(arguments: CaptureFiles.bundled)
  func throughAPipeAndCompressed(_ path: String) throws {
    let expected = try LibpcapOracle.own(path, capacity: 64).packets
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let packed = try TemporaryFile(CaptureFixture.gzip(bytes))
    #expect(try LibpcapOracle.own(packed.path, capacity: 64).packets == expected)
  }
}
