/// What one pass over a text finds out: whether it is UTF-8, and which unusual characters it holds.
struct ByteSurvey {
  private(set) var isASCII = true
  private(set) var hasCarriageReturn = false
  private(set) var hasRareCharacters = false
  /// Where the first byte is that belongs to no character.
  private(set) var invalidOffset: Int?

  init(_ text: ByteView) {
    var index = 0
    while index < text.count {
      if text.isPrintable8(at: index) {
        index += 8
        continue
      }
      // Up to the next block, character by character.
      let end = min(index + 8, text.count)
      while index < end {
        guard let length = look(at: index, in: text) else {
          invalidOffset = index
          return
        }
        index += length
      }
    }
  }

  /// The length of the character at `index`; nil when there is none.
  private mutating func look(at index: Int, in text: ByteView) -> Int? {
    let first = text[index]
    if first < 0x80 {
      if first == 0x0D { hasCarriageReturn = true }
      if first < 0x20 && first != 0x0A && first != 0x0D && first != 0x09 || first == 0x7F { hasRareCharacters = true }
      return 1
    }
    isASCII = false
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first <= 0xF4, index + length <= text.count else { return nil }
    var scalar = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let byte = text[index + offset]
      guard byte & 0xC0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard scalar >= smallest, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return nil }
    switch scalar {
    case 0x80...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: hasRareCharacters = true
    default: break
    }
    return length
  }
}
