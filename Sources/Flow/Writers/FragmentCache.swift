/// Keeps the JSON of shared values: a few hundred pods and policies stand behind all events, and their texts are most of
/// a line.
///
/// A place is chosen by the value's identity; whoever comes to a taken one replaces its text. The cache keeps each value
/// that it knows, so that an identity cannot come to mean something else.
struct FragmentCache<Content: Sendable & Hashable> {
  private static var size: Int { 8192 }

  private var identities: [UInt] = []
  private var known: [SharedValue<Content>?] = []
  private var texts: [[UInt8]] = []

  /// Appends what `write` makes of the value, behind a comma where one is needed; nothing when that is empty.
  @inline(__always)
  mutating func append(
    _ value: SharedValue<Content>, to bytes: inout OutputBuffer, write: (Content, inout OutputBuffer) -> Void
  ) {
    let place = Self.place(of: value)
    if identities.isEmpty || identities[place] != value.identity { fill(place, value, write) }
    if texts[place].isEmpty { return }
    bytes.separate()
    bytes.append(contentsOf: texts[place])
  }

  @inline(never)
  private mutating func fill(
    _ place: Int, _ value: SharedValue<Content>, _ write: (Content, inout OutputBuffer) -> Void
  ) {
    if identities.isEmpty {
      identities = Array(repeating: 0, count: Self.size)
      known = Array(repeating: nil, count: Self.size)
      texts = Array(repeating: [], count: Self.size)
    }
    var text = OutputBuffer()
    // As inside an object, so that the first member gets no comma.
    text.append(UInt8(ascii: "{"))
    write(value.content, &text)
    identities[place] = value.identity
    known[place] = value
    texts[place] = text.bytes(from: 1)
  }

  @inline(__always)
  private static func place(of value: SharedValue<Content>) -> Int {
    Int(truncatingIfNeeded: UInt64(value.identity) &* 0x9e37_79b9_7f4a_7c15 >> 40) & (size &- 1)
  }
}
