import Testing

@testable import Compiler

@Suite struct PortBlocksTests {
  private func text(_ first: UInt16, _ last: Int32) -> String {
    PortBlocks.covering(first, through: last).map { "\($0.port)/\($0.prefixLength)" }.joined(separator: " ")
  }

  @Test("ranges become the fewest aligned blocks")
  func ranges() {
    #expect(text(80, 90) == "80/13 88/15 90/16")
    #expect(text(1024, 65_535) == "1024/6 2048/5 4096/4 8192/3 16384/2 32768/1")
    #expect(PortBlocks.covering(1, through: 65_535).count == 16)
    #expect(text(0, 65_535) == "0/0")
    #expect(text(0, 0) == "0/0")
    #expect(text(80, 80) == "80/16")
    #expect(text(80, 10) == "80/16")
    #expect(text(65_535, 70_000) == "65535/16")
  }

  @Test("every port of a range is in exactly one block, and no other port")
  func exactness() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let first = UInt16.random(in: 0...65_534, using: &generator)
      let last = UInt16.random(in: first + 1...65_535, using: &generator)
      var covered = 0
      for block in PortBlocks.covering(first, through: Int32(last)) {
        let size = 1 << (16 - Int(block.prefixLength))
        #expect(Int(block.port) % size == 0)
        #expect(block.port >= first && Int(block.port) + size - 1 <= Int(last))
        covered += size
      }
      #expect(covered == Int(last) - Int(first) + 1)
    }
  }
}
