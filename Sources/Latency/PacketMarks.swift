/// What the cycle counter said when a packet came, when it left each hop, and when it was done with.
@frozen
public struct PacketMarks: BitwiseCopyable, Sendable {
  public var begin: UInt64 = 0
  public var end: UInt64 = 0
  /// By the hop's number; 0 for hops that the packet did not meet.
  public var hops = InlineArray<7, UInt64>(repeating: 0)

  @inlinable @inline(__always)
  public init() {}
}
