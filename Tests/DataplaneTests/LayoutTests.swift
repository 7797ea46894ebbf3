import Testing

@testable import Dataplane

/// What the packet path takes for granted of its records.
@Suite struct LayoutTests {
  @Test("a connection is two cache lines, with the entries and decisions where they are looked for")
  func connectionSlot() {
    #expect(MemoryLayout<ConnectionSlot>.size == 128 && MemoryLayout<ConnectionSlot>.stride == 128)
    #expect(MemoryLayout<ConnectionSlot>.offset(of: \.entries) == ConnectionSlot.entriesOffset)
    #expect(MemoryLayout<ConnectionSlot>.offset(of: \.decisions) == ConnectionSlot.decisionsOffset)
    #expect(MemoryLayout<TrackedConnection>.stride == 8 && MemoryLayout<CachedDecision>.stride == 8)
  }

  @Test("verdicts stay small")
  func verdicts() {
    #expect(MemoryLayout<HopVerdict>.size <= 12)
    #expect(MemoryLayout<PacketVerdict>.size <= 56)
  }

  @Test("the index keeps what it holds through removal, wear and rebuilding")
  func hashIndex() {
    var index = HashIndex(capacity: 64)
    var random = SplitMix(state: 1)
    var held: [Int: UInt64] = [:]
    for round in 0..<20_000 {
      let number = Int.random(in: 0..<64, using: &random)
      if let hash = held[number] {
        index.remove(hash, number)
        held[number] = nil
      } else {
        let hash = random.next() & 0xffff_ffff_0000_ffff
        #expect(index.insert(hash, number) == -1)
        held[number] = hash
      }
      if index.isWorn { index.rebuild(capacity: 64) { Issue.record("lost \($0)") } }
      if round % 100 == 0 {
        for (number, hash) in held { #expect(found(index, hash).contains(number)) }
      }
    }
  }

  @Test("an index whose entries all share a home gives way instead of searching on")
  func crowdedIndex() {
    var index = HashIndex(capacity: 1024)
    for number in 0..<HashIndex.window { #expect(index.insert(UInt64(number) << 32 | 5, number) == -1) }
    #expect(index.insert(99 << 20 | 5, 1000) == 0)
    #expect(found(index, 99 << 20 | 5) == [1000])
  }

  private func found(_ index: borrowing HashIndex, _ hash: UInt64) -> [Int] {
    var probe = index.probe(hash)
    var numbers: [Int] = []
    while true {
      let number = index.next(&probe)
      if number < 0 { return numbers }
      numbers.append(number)
    }
  }
}
