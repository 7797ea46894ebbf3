/// Repeatable randomness (SplitMix64) for property tests.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  mutating func bytes(_ maximum: Int) -> [UInt8] {
    (0..<Int.random(in: 0...maximum, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// Changes, removes, repeats or cuts off bytes.
  mutating func damage(_ bytes: inout [UInt8]) {
    for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
      let offset = Int.random(in: bytes.indices, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes.remove(at: offset)
      case 1: bytes.insert(bytes[offset], at: offset)
      case 2: bytes.removeLast(bytes.count - offset)
      case 3: bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 4: bytes[offset] = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff].randomElement(using: &self) ?? 0
      default: bytes[offset] = UInt8.random(in: 0...255, using: &self)
      }
    }
  }
}
