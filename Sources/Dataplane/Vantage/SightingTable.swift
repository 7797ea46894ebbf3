/// Packets seen lately, to tell the records that show one of them again at another point of capture.
///
/// Whatever was seen n times at one point and m times at another was sent max(n, m) times: the k-th record of a point
/// is the k-th packet, so a repetition by the sender is none of these, whichever of its packets were lost between the
/// points.
///
/// Sets of `ways` places; a full set forgets what was seen longest ago, whose further sightings then count as packets.
struct SightingTable: ~Copyable {
  /// A record as far as it has to agree with others of the same packet.
  struct Record: BitwiseCopyable {
    /// A hash of all that no device on the way changes.
    var content: UInt64
    var source: End
    var destination: End
    /// The time to live or hop limit.
    var hopLimit: UInt8
    /// Some endpoint judges it.
    var isManaged: Bool
    /// The file that it is in; others may have other clocks.
    var file: UInt8
    /// A hash of all that tells points of capture apart.
    var point: UInt32
    /// Nanoseconds.
    var time: Int64
  }

  /// One end of a packet.
  struct End: BitwiseCopyable {
    /// A hash of address and port.
    var hash: UInt32 = 0
    /// The address is a node's or a service's: it may stand for another end, before or after translation.
    var mayBeTranslated = false

    func mayBe(_ other: End) -> Bool { hash == other.hash || mayBeTranslated || other.mayBeTranslated }
  }

  enum Outcome: BitwiseCopyable {
    /// A packet not seen before.
    case first
    /// A packet that was seen before at another point.
    case again
    /// The same, but nobody judged it there, and somebody does here.
    case againButJudged
  }

  struct Slot: BitwiseCopyable {
    var record = Record(
      content: 0, source: End(), destination: End(), hopLimit: 0, isManaged: false, file: 0, point: 0, time: .min)
    var points = InlineArray<8, UInt32>(repeating: 0)
    /// How often it was seen at each of the points; 0: none.
    var counts = InlineArray<8, UInt8>(repeating: 0)
  }

  static let ways = 8
  static let size = 1 << 16

  private let slots: FixedBuffer<Slot>
  private let mask: Int
  /// Nanoseconds between two sightings of one packet at the most.
  private let window: Int64

  /// - Parameter isUsed: false saves the memory.
  init(isUsed: Bool, window: Int64) {
    slots = FixedBuffer(repeating: Slot(), count: isUsed ? Self.size : Self.ways)
    mask = (isUsed ? Self.size : Self.ways) / Self.ways - 1
    self.window = window
  }

  mutating func observe(_ record: Record) -> Outcome {
    // Masked: a set lies within the slots.
    let set = slots.base + (Int(truncatingIfNeeded: record.content &>> 32) & mask) * Self.ways
    var victim = set
    for way in 0..<Self.ways {
      let slot = set + way
      if isSame(slot.pointee.record, record) { return count(record, slot) }
      if slot.pointee.record.time < victim.pointee.record.time { victim = slot }
    }
    victim.pointee = Slot(record: record)
    victim.pointee.points[0] = record.point
    victim.pointee.counts[0] = 1
    return .first
  }

  private func isSame(_ known: Record, _ record: Record) -> Bool {
    guard known.content == record.content else { return false }
    let (distance, overflow) = record.time.subtractingReportingOverflow(known.time)
    guard !overflow, distance.magnitude <= window.magnitude else { return false }
    guard known.source.hash == record.source.hash || known.destination.hash == record.destination.hash,
      known.source.mayBe(record.source), known.destination.mayBe(record.destination)
    else { return false }
    // Routers lower the limit; two files' clocks need not agree on which of them comes first.
    return record.hopLimit <= known.hopLimit || record.file != known.file
  }

  private func count(_ record: Record, _ slot: UnsafeMutablePointer<Slot>) -> Outcome {
    slot.pointee.record.time = record.time
    var place = 0
    var most: UInt8 = 0
    for index in 0..<8 where slot.pointee.counts[index] > 0 { most = max(most, slot.pointee.counts[index]) }
    while place < 7, slot.pointee.counts[place] > 0, slot.pointee.points[place] != record.point { place += 1 }
    if slot.pointee.points[place] != record.point {
      slot.pointee.points[place] = record.point
      slot.pointee.counts[place] = 0
    }
    if slot.pointee.counts[place] == .max { slot.pointee.counts = InlineArray(repeating: 0) }
    slot.pointee.counts[place] += 1
    guard slot.pointee.counts[place] <= most else {
      slot.pointee.record.isManaged = record.isManaged
      return .first
    }
    guard record.isManaged, !slot.pointee.record.isManaged else { return .again }
    slot.pointee.record.isManaged = true
    return .againButJudged
  }
}
