/// Keeps the JSON of shared values: a few hundred pods and policies stand behind all events, and their texts are most of
/// a line.
///
/// A value is known by its identity, and where its text depends on more than itself by a variant too. The cache keeps
/// each value that it knows, so that an identity cannot come to mean something else; when it is full it begins anew.
struct FragmentCache<Content: Sendable & Hashable>: ~Copyable {
  private struct Key {
    /// 0: empty.
    var identity: UInt = 0
    var variant: UInt64 = 0
  }

  private static var mostValues: Int { 1 << 15 }
  private static var mostBytes: Int { 16 << 20 }

  /// The parts that each text has: what comes between them differs.
  private let parts: Int
  /// Open addressing, at least half of it empty.
  private var keys = [Key](repeating: Key(), count: 1 << 9)
  /// For each place where its parts begin, and where the last one ends.
  private var bounds: [UInt32]
  private var known: [SharedValue<Content>] = []
  private var texts = OutputBuffer()

  init(parts: Int = 1) {
    self.parts = parts
    bounds = [UInt32](repeating: 0, count: keys.count * (parts + 1))
  }

  /// The place of the value's text, which is valid until another one is asked for; nil when it is yet to be written.
  @inline(__always)
  func find(_ value: borrowing SharedValue<Content>, variant: UInt64 = 0) -> Int? {
    var place = start(value.identity, variant)
    while keys[place].identity != 0 {
      if keys[place].identity == value.identity, keys[place].variant == variant { return place }
      place = (place &+ 1) & (keys.count &- 1)
    }
    return nil
  }

  /// Appends one part of the text at `place`, behind a comma where one is needed; nothing when it is empty.
  @inline(__always)
  func append(_ part: Int, of place: Int, to bytes: inout OutputBuffer) {
    let index = place &* (parts &+ 1) &+ part
    // Each part is behind a brace, which is not the part's own.
    let (start, end) = (Int(bounds[index]) &+ 1, Int(bounds[index &+ 1]))
    guard start < end else { return }
    bytes.separate()
    texts.copy(start..<end, to: &bytes)
  }

  /// Takes up a value: `write` appends each of its parts, beginning as inside an object that was just opened.
  @inline(never)
  mutating func insert(
    _ value: SharedValue<Content>, variant: UInt64 = 0, write: (_ part: Int, inout OutputBuffer) -> Void
  ) -> Int {
    if known.count >= Self.mostValues || texts.count >= Self.mostBytes { removeAll() }
    if known.count * 2 >= keys.count { grow() }
    let place = freePlace(value.identity, variant)
    keys[place] = Key(identity: value.identity, variant: variant)
    known.append(value)
    for part in 0..<parts {
      bounds[place * (parts + 1) + part] = UInt32(texts.count)
      texts.append(UInt8(ascii: "{"))
      write(part, &texts)
    }
    bounds[place * (parts + 1) + parts] = UInt32(texts.count)
    return place
  }

  private mutating func removeAll() {
    known.removeAll(keepingCapacity: true)
    texts.removeAll()
    for place in keys.indices { keys[place] = Key() }
  }

  private mutating func grow() {
    let (oldKeys, oldBounds) = (keys, bounds)
    keys = [Key](repeating: Key(), count: oldKeys.count * 2)
    bounds = [UInt32](repeating: 0, count: keys.count * (parts + 1))
    for (old, key) in oldKeys.enumerated() where key.identity != 0 {
      let place = freePlace(key.identity, key.variant)
      keys[place] = key
      for part in 0...parts { bounds[place * (parts + 1) + part] = oldBounds[old * (parts + 1) + part] }
    }
  }

  private func freePlace(_ identity: UInt, _ variant: UInt64) -> Int {
    var place = start(identity, variant)
    while keys[place].identity != 0 { place = (place + 1) & (keys.count - 1) }
    return place
  }

  @inline(__always)
  private func start(_ identity: UInt, _ variant: UInt64) -> Int {
    let mixed = (UInt64(identity) ^ variant &* 0xc2b2_ae3d_27d4_eb4f) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: mixed >> 40) & (keys.count &- 1)
  }
}
