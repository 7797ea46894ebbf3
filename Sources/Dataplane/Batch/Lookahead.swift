internal import CPrefetch

/// Asks for the bytes of the capture that are read next, a little with each packet: no more than the memory can bring
/// meanwhile.
enum Lookahead {
  /// For each packet more than one has on average: some have far more than others, and what is asked for twice costs
  /// little, what is not asked for at all a wait.
  static var bytes: Int { 320 }

  /// - Parameter packet: how many packets have asked for theirs since the capture was read up to `upcoming`.
  @inline(__always)
  static func ask(_ upcoming: UnsafeRawPointer, _ packet: Int) {
    let ahead = upcoming + packet &* bytes
    weir_prefetch(ahead)
    weir_prefetch(ahead + 64)
    weir_prefetch(ahead + 128)
    weir_prefetch(ahead + 192)
    weir_prefetch(ahead + 256)
  }
}
