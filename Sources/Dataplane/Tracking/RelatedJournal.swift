/// Openings of connections that are yet to be written into the table of address pairs.
///
/// Only ICMP errors ask that table, and most captures have few or none. So an opening costs eight bytes here, and what
/// it would have cost there is paid by the first error that comes, for all openings before it. The pairs are read from
/// the connections' slots then; the engine settles the journal before any slot is given to another connection.
struct RelatedJournal: ~Copyable {
  struct Opening: BitwiseCopyable {
    /// The connection's slot times four, and where in it the entry was made.
    fileprivate var place: UInt32
    var expiry: UInt32

    var number: Int { Int(place >> 2) }
    var position: Int { Int(place & 3) }
  }

  private let openings: ReservedBuffer<Opening>
  private(set) var count = 0

  /// - Parameter maximum: how many connections there may be.
  init(maximum: Int) { openings = ReservedBuffer(count: Hashing.tableSize(maximum, minimum: 16) * 2) }

  var isFull: Bool { count == openings.count }

  subscript(index: Int) -> Opening {
    assert(index >= 0 && index < count)
    return openings.base[index]
  }

  /// The journal must not be full.
  mutating func append(number: Int, position: Int, expiry: UInt32) {
    openings.base[count] = Opening(place: UInt32(truncatingIfNeeded: number &<< 2 | position), expiry: expiry)
    count &+= 1
  }

  mutating func removeAll() { count = 0 }
}
