/// All that is remembered of a connection: its tuple, the up to four tracking entries, and what the tables say of it.
///
/// 128 bytes, two neighbouring cache lines; the first holds all that most packets need. Here "first" is the end that sent
/// the first packet seen, wherever it stands in the tuple; a packet's orientation is 0 when it comes from there, 1 when it
/// goes there. An entry stands at `orientation * 2 + direction`: where the
/// opener's packets have this orientation, and the entry's endpoint sees them leaving (egress, 1) or entering
/// (ingress, 0). Cilium keeps the same entries under separate keys.
struct ConnectionSlot: BitwiseCopyable {
  struct Flags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    @inline(__always)
    init(rawValue: UInt8) { self.rawValue = rawValue }

    static var firstManaged: Flags { Flags(rawValue: 1 << 0) }
    static var secondManaged: Flags { Flags(rawValue: 1 << 1) }
    /// Both ends are one endpoint.
    static var withinEndpoint: Flags { Flags(rawValue: 1 << 2) }
    /// A packet has been judged, so that `flowVerdict` counts.
    static var counted: Flags { Flags(rawValue: 1 << 3) }
    /// The packet that would have opened the connection was dropped.
    static var refused: Flags { Flags(rawValue: 1 << 4) }
    /// That packet came from the second end.
    static var refusedSecond: Flags { Flags(rawValue: 1 << 5) }
    /// A deny entry dropped it; otherwise nothing allowed it.
    static var refusedByDeny: Flags { Flags(rawValue: 1 << 6) }
    /// It was dropped on its way into the destination, not on its way out of the source.
    static var refusedAtIngress: Flags { Flags(rawValue: 1 << 7) }
    static var refusal: Flags { [.refused, .refusedSecond, .refusedByDeny, .refusedAtIngress] }
  }

  /// Its marks are the flow's verdict, which end is first, and the flags; family 0: the slot is empty.
  var tuple = ConnectionTuple()
  /// Second of the latest packet.
  var lastSeen: UInt32 = 0
  /// The tables that the fields from `firstIdentity` on were read from.
  var generation: UInt32 = 0
  var entries = InlineArray<4, TrackedConnection>(repeating: TrackedConnection())
  /// As the other end sees it.
  var firstIdentity: UInt32 = 0
  var secondIdentity: UInt32 = 0
  var firstEndpoint: Int32 = -1
  var secondEndpoint: Int32 = -1
  /// What the policy says of the packets of one orientation at one direction's hop; same places as `entries`.
  var decisions = InlineArray<4, CachedDecision>(repeating: CachedDecision())

  @inline(__always)
  var flags: Flags {
    get { Flags(rawValue: UInt8(truncatingIfNeeded: tuple.marks &>> 8)) }
    set { tuple.marks = tuple.marks & 0xff | UInt16(newValue.rawValue) &<< 8 }
  }

  @inline(__always)
  var flowVerdict: FlowVerdict {
    get { FlowVerdict(rawValue: UInt8(truncatingIfNeeded: tuple.marks & 3)) ?? .unjudged }
    set { tuple.marks = tuple.marks & ~3 | UInt16(newValue.rawValue) }
  }

  /// 0 when the tuple's first end is the first here too, 1 when its second end is.
  @inline(__always)
  var order: Int { Int(truncatingIfNeeded: tuple.marks &>> 2 & 1) }

  /// An empty one.
  @inline(__always)
  init() {}

  static let entriesOffset = 48
  static let decisionsOffset = 96
}

extension UnsafeMutablePointer<ConnectionSlot> {
  /// Makes it a new connection's, by a packet of it. In place: a whole slot would be put together elsewhere and copied.
  @inline(__always)
  func begin(_ connection: OrientedTuple, at now: UInt32) {
    var tuple = connection.tuple
    tuple.marks = UInt16(truncatingIfNeeded: connection.orientation) &<< 2
    pointee.tuple = tuple
    (pointee.lastSeen, pointee.generation) = (now, 0)
    for position in 0..<4 {
      entry(position).pointee = TrackedConnection()
      decision(position).pointee = CachedDecision()
    }
    (pointee.firstIdentity, pointee.secondIdentity) = (0, 0)
    (pointee.firstEndpoint, pointee.secondEndpoint) = (-1, -1)
  }

  /// One of the entries, in place: reached through the property, all four would be copied.
  ///
  /// - Parameter position: 0…3, made of an orientation and a direction.
  @inline(__always)
  func entry(_ position: Int) -> UnsafeMutablePointer<TrackedConnection> {
    assert(position >= 0 && position < 4)
    return (UnsafeMutableRawPointer(self) + ConnectionSlot.entriesOffset)
      .assumingMemoryBound(to: TrackedConnection.self) + position
  }

  /// One of the kept decisions, in place.
  @inline(__always)
  func decision(_ position: Int) -> UnsafeMutablePointer<CachedDecision> {
    assert(position >= 0 && position < 4)
    return (UnsafeMutableRawPointer(self) + ConnectionSlot.decisionsOffset)
      .assumingMemoryBound(to: CachedDecision.self) + position
  }

  /// Whether forgetting the connection could change a verdict.
  func isAlive(at now: UInt32) -> Bool {
    for position in 0..<4 where entry(position).pointee.isAlive(at: now) { return true }
    return false
  }

  /// Replaces what the source of packets of one orientation is known as, until the tables change. What was decided
  /// under its other identity is void.
  @inline(never)
  func setIdentity(_ identity: UInt32, orientation: Int) {
    guard identity != (orientation == 0 ? pointee.firstIdentity : pointee.secondIdentity) else { return }
    if orientation == 0 { pointee.firstIdentity = identity } else { pointee.secondIdentity = identity }
    pointee.decisions = InlineArray(repeating: CachedDecision())
  }

  /// The tuple as of a packet of one orientation. Of a connection that was forgotten the family is only guessed.
  func key(orientation: Int) -> ConnectionTable.Key {
    var tuple = pointee.tuple
    if tuple.family == 0 { tuple.family = tuple.firstHigh | tuple.secondHigh == 0 ? 4 : 6 }
    return tuple.key(orientation: orientation ^ pointee.order)
  }
}
