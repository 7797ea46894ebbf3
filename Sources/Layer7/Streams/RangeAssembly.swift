/// Bytes that arrive as ranges in any order: a message cut into numbered fragments. Of what arrives twice the first
/// arrival counts.
struct RangeAssembly: Sendable {
  /// More separate ranges than a sender that is not playing tricks makes; further ones are refused.
  static let maximumRanges = 256

  /// The most bytes that it takes.
  let limit: Int
  private var bytes: [UInt8] = []
  /// What is there: ascending, apart from each other.
  private var ranges: [Range<Int>] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// How many bytes are there from the start on without a hole.
  var contiguous: Int {
    guard let first = ranges.first, first.lowerBound == 0 else { return 0 }
    return first.upperBound
  }

  func withContiguous<Result>(_ body: (RawSpan) -> Result) -> Result {
    body(bytes.span.bytes.extracting(first: contiguous))
  }

  /// Takes in a fragment; false when it lies beyond the limit or there are too many holes.
  mutating func add(_ fragment: RawSpan, at offset: Int) -> Bool {
    guard offset >= 0, offset <= limit, fragment.byteCount <= limit - offset else { return false }
    guard fragment.byteCount > 0 else { return true }
    let new = offset..<offset + fragment.byteCount
    // The ranges from `first` to `last` touch the new one.
    let first = ranges.firstIndex { $0.upperBound >= new.lowerBound } ?? ranges.count
    var last = first
    while last < ranges.count, ranges[last].lowerBound <= new.upperBound { last += 1 }
    guard last > first || ranges.count < Self.maximumRanges else { return false }
    if bytes.count < new.upperBound { bytes.append(contentsOf: repeatElement(0, count: new.upperBound - bytes.count)) }
    var position = new.lowerBound
    for known in ranges[first..<last] {
      copy(fragment, offset, position..<max(position, min(known.lowerBound, new.upperBound)))
      position = max(position, known.upperBound)
    }
    copy(fragment, offset, position..<max(position, new.upperBound))
    let joined = ranges[first..<last].reduce(new) {
      min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound)
    }
    ranges.replaceSubrange(first..<last, with: CollectionOfOne(joined))
    return true
  }

  private mutating func copy(_ fragment: RawSpan, _ offset: Int, _ range: Range<Int>) {
    for position in range where position < offset + fragment.byteCount {
      bytes[position] = fragment.unsafeLoad(fromByteOffset: position - offset, as: UInt8.self)
    }
  }
}
