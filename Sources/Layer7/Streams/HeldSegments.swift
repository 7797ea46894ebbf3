/// Segments that wait for the bytes before them: linked lists, ascending and without overlap, in one array.
struct HeldSegments: ~Copyable {
  struct Segment {
    var sequence: UInt32
    /// On the wire; the buffer holds what was captured of it.
    var length: Int
    var buffer: Int32
    var next: Int32
    var frame: Int
    var timestamp: Int64
  }

  /// The number that stands for no segment.
  static let none: Int32 = -1

  private var segments: [Segment] = []
  private var free: [Int32] = []

  subscript(number: Int32) -> Segment {
    get { segments[Int(number)] }
    set { segments[Int(number)] = newValue }
  }

  mutating func add(_ segment: Segment) -> Int32 {
    if let number = free.popLast() {
      segments[Int(number)] = segment
      return number
    }
    segments.append(segment)
    return Int32(truncatingIfNeeded: segments.count - 1)
  }

  mutating func remove(_ number: Int32) { free.append(number) }
}
