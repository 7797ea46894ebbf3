public import Addresses

/// Who still talks to whom.
extension Engine {
  /// Calls `body` with the opener's endpoint and the other end's address of every connection that an endpoint opened and
  /// that has not expired: what Cilium's connection-tracking collector tells the DNS cache.
  ///
  /// - Parameter nanoseconds: capture time since the epoch.
  public mutating func forEachOpenedConnection(
    at nanoseconds: Int64, _ body: (_ endpoint: Int32, _ peer: IPAddress) -> Void
  ) {
    let now = Self.seconds(nanoseconds)
    connections.forEach { slot in
      for orientation in 0..<2 where slot.entry(orientation * 2 + 1).pointee.isAlive(at: now) {
        let endpoint = orientation == 0 ? slot.pointee.firstEndpoint : slot.pointee.secondEndpoint
        guard endpoint >= 0 else { continue }
        let key = slot.key(orientation: orientation)
        body(
          endpoint,
          key.family == 6
            ? IPAddress(ipv6High: key.destinationHigh, low: key.destinationLow)
            : IPAddress(ipv4: UInt32(truncatingIfNeeded: key.destinationLow)))
      }
    }
  }
}
