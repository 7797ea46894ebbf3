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
  /// The `LINKTYPE_` number of the first byte's header.
  public var linkType: UInt32
  /// What was captured of the packet.
  public var bytes: UnsafeRawBufferPointer

  @inlinable @inline(__always)
  public init(timestamp: Int64, originalLength: UInt32, linkType: UInt32, bytes: UnsafeRawBufferPointer) {
    self.timestamp = timestamp
    self.originalLength = originalLength
    self.linkType = linkType
    self.bytes = bytes
  }
}
