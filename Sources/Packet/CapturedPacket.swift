/// One record of a capture.
///
/// The bytes are borrowed: they are valid until the reader that handed them out is asked for more, or where it says that
/// its packets are stable, until it ends.
@frozen
public struct CapturedPacket: BitwiseCopyable {
  /// Nanoseconds since 1970-01-01 UTC.
  public var timestamp: Int64
  /// How many bytes the packet had on the wire.
  public var originalLength: UInt32
  @usableFromInline var shortLinkType: UInt16
  /// Where it was captured, among the points that the captures have: the interface in the low byte, the file in the
  /// high one. Points beyond those numbers share one.
  public var point: UInt16
  /// What was captured of the packet.
  public var bytes: UnsafeRawBufferPointer

  @inlinable @inline(__always)
  public init(
    timestamp: Int64, originalLength: UInt32, linkType: UInt32, point: UInt16 = 0, bytes: UnsafeRawBufferPointer
  ) {
    self.timestamp = timestamp
    self.originalLength = originalLength
    shortLinkType = UInt16(clamping: linkType)
    self.point = point
    self.bytes = bytes
  }

  /// The `LINKTYPE_` number of the first byte's header. The registry's numbers have 16 bits; what is beyond is as
  /// unknown as the highest of them.
  @inlinable @inline(__always)
  public var linkType: UInt32 {
    get { UInt32(shortLinkType) }
    set { shortLinkType = UInt16(clamping: newValue) }
  }
}
