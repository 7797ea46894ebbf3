import Testing

@testable import Layer7

@Suite struct ByteReaderTests {
  @Test func readsInNetworkOrderAndStopsAtTheEnd() {
    let message: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
    var reader = ByteReader(message.span.bytes)
    #expect(reader.byte() == 1)
    #expect(reader.uint16() == 0x0203)
    #expect(reader.uint32() == 0x0405_0607)
    #expect(reader.remaining == 0)
    #expect(reader.byte() == nil)
    #expect(reader.uint16() == nil)
  }

  @Test func aFailedReadMovesNothing() {
    let message: [UInt8] = [1, 2, 3]
    var reader = ByteReader(message.span.bytes)
    #expect(reader.uint32() == nil)
    #expect(!reader.skip(4))
    #expect(reader.position == 0)
    #expect(reader.range(3) == 0..<3)
    #expect(reader.range(-1) == nil)
  }
}
