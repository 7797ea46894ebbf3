/// The two ends of a packet: whose they are, and whether anybody judges there.
struct Ends: BitwiseCopyable {
  /// Index into `Tables.endpoints`; -1 none.
  var source: Int32
  var destination: Int32
  /// Each as the other end sees it.
  var sourceIdentity: UInt32
  var destinationIdentity: UInt32
  var sourceIsManaged: Bool
  var destinationIsManaged: Bool
  var isWithinEndpoint: Bool
}

extension Engine {
  @inline(__always)
  mutating func ends(
    sourceHigh: UInt64, sourceLow: UInt64, destinationHigh: UInt64, destinationLow: UInt64, family: UInt8
  ) -> Ends {
    let source = tables.owner(high: sourceHigh, low: sourceLow, family: family)
    let destination = tables.owner(high: destinationHigh, low: destinationLow, family: family)
    let isWithin = source.endpoint >= 0 && source.endpoint == destination.endpoint
    return Ends(
      source: source.endpoint, destination: destination.endpoint,
      sourceIdentity: source.identity(seenFrom: node(of: destination.endpoint, or: source.node)),
      destinationIdentity: destination.identity(seenFrom: node(of: source.endpoint, or: destination.node)),
      sourceIsManaged: !isWithin && isManaged(source.endpoint),
      destinationIsManaged: !isWithin && isManaged(destination.endpoint), isWithinEndpoint: isWithin)
  }

  /// Fills what a slot remembers of the tables.
  @inline(never)
  mutating func resolve(_ slot: UnsafeMutablePointer<ConnectionSlot>) {
    let key = slot.key(orientation: 0)
    let ends = ends(
      sourceHigh: key.sourceHigh, sourceLow: key.sourceLow, destinationHigh: key.destinationHigh,
      destinationLow: key.destinationLow, family: key.family)
    slot.know(ends, generation: generation)
    let managed: ConnectionSlot.Flags = [.firstManaged, .secondManaged, .withinEndpoint]
    slot.pointee.flags = slot.pointee.flags.subtracting(managed).union(ConnectionSlot.Flags(ends))
    slot.pointee.decisions = InlineArray(repeating: CachedDecision())
  }

  @inline(__always)
  private mutating func isManaged(_ endpoint: Int32) -> Bool {
    endpoint >= 0 && tables.endpoints[Int(endpoint)].policy >= 0
  }

  /// The node of the endpoint that looks at an address. Where none does, the address is shown as its own node knows it.
  @inline(__always)
  private mutating func node(of endpoint: Int32, or own: Int32) -> Int32 {
    endpoint >= 0 ? tables.endpoints[Int(endpoint)].node : own
  }
}
