extension PacketHeaders {
  /// The same packet as seen by someone who looks through authentication (RFC 4302) and other headers that IPv6 knows as
  /// extensions, where IPv4 carries them.
  ///
  /// Cilium does not: to it, their numbers are unknown protocols. Where no TCP, UDP, SCTP or ICMP is found behind them,
  /// the headers are returned as they are.
  public func lookingThroughIPv4Extensions(_ bytes: RawSpan) -> PacketHeaders {
    guard ipVersion == 4, transportOffset != 0, flags.isDisjoint(with: [.hasPorts, .hasICMP]) else { return self }
    var inner = self
    inner.readExtensionHeaders(bytes, at: Int(transportOffset), end: Int(payloadEnd))
    guard inner.flags.contains(.hasPorts) || inner.flags.contains(.hasICMP) else { return self }
    return inner
  }

  /// The same for bytes behind a pointer.
  @inlinable
  public func lookingThroughIPv4Extensions(_ bytes: UnsafeRawBufferPointer) -> PacketHeaders {
    transportOffset == 0 || ipVersion != 4 ? self : lookingThroughIPv4Extensions(bytes.bytes)
  }
}
