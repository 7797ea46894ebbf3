import Testing

@testable import Layer7

@Suite struct ByteReaderTests {
  @Test func readsInNetworkOrderAndStopsAtTheEnd() {
    let message: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
    var reader = ByteReader(message.span.bytes)
    // A reader cannot be captured, so that each value is taken out before it is judged.
    let byte = reader.byte()
    let short = reader.uint16()
    let long = reader.uint32()
    #expect(byte == 1)
    #expect(short == 0x0203)
    #expect(long == 0x0405_0607)
    let remaining = reader.remaining
    let lastByte = reader.byte()
    let lastShort = reader.uint16()
    #expect(remaining == 0)
    #expect(lastByte == nil)
    #expect(lastShort == nil)
  }

  @Test func aFailedReadMovesNothing() {
    let message: [UInt8] = [1, 2, 3]
    var reader = ByteReader(message.span.bytes)
    let long = reader.uint32()
    let skipped = reader.skip(4)
    let position = reader.position
    #expect(long == nil)
    #expect(!skipped)
    #expect(position == 0)
    let range = reader.range(3)
    let negative = reader.range(-1)
    #expect(range == 0..<3)
    #expect(negative == nil)
  }
}
