public import Addresses

extension LookupTables {
  /// Names the ends of a packet that somebody else has judged and left unnamed: whose its addresses are, and under which
  /// identities they know one another.
  ///
  /// - Parameters:
  ///   - source: after service translation, as `destination`.
  public func nameEnds(of verdict: inout PacketVerdict, source: IPAddress, destination: IPAddress) {
    let family: UInt8 = source.isIPv6 ? 6 : 4
    let source = owner(high: source.high, low: source.low, family: family)
    let destination = owner(high: destination.high, low: destination.low, family: family)
    if verdict.sourceEndpoint < 0 { verdict.sourceEndpoint = source.endpoint }
    if verdict.destinationEndpoint < 0 { verdict.destinationEndpoint = destination.endpoint }
    if verdict.sourceIdentity == 0 {
      verdict.sourceIdentity = identity(of: source, at: verdict.sourceEndpoint, seenBy: verdict.destinationEndpoint)
    }
    if verdict.destinationIdentity == 0 {
      verdict.destinationIdentity = identity(
        of: destination, at: verdict.destinationEndpoint, seenBy: verdict.sourceEndpoint)
    }
  }

  /// An endpoint is known by its own identity, though the packet's address may not be its own.
  private func identity(of owner: AddressOwner, at endpoint: Int32, seenBy viewer: Int32) -> UInt32 {
    if endpoint >= 0, endpoint != owner.endpoint, endpoints[Int(endpoint)].identity != 0 {
      return endpoints[Int(endpoint)].identity
    }
    return owner.identity(seenFrom: viewer >= 0 ? endpoints[Int(viewer)].node : owner.node)
  }
}
