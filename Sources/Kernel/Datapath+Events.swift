internal import CBPF
public import Dataplane

/// A packet that the program reported.
public struct DatapathEvent: Sendable {
  /// Of the kernel's monotonic clock.
  public var nanoseconds: UInt64
  /// Of the frame, in bytes.
  public var length: UInt32
  public var interface: UInt32
  /// Of the tables that judged it (`Datapath.generation`).
  public var generation: UInt32
  /// In terms of those tables. As in `lastVerdict`, what nobody had to look up is unset.
  public var verdict: PacketVerdict
}

extension Datapath {
  /// Hands out the events that have gathered since the last call.
  ///
  /// - Parameters:
  ///   - limit: at most so many.
  ///   - body: is given the frame's first bytes too, which it may read while it lasts.
  /// - Returns: how many there were.
  public func readEvents(
    limit: Int = .max, _ body: (DatapathEvent, UnsafeRawBufferPointer) -> Void
  ) throws(KernelError) -> Int {
    try events.consume(limit: limit) { record in
      guard record.count >= MemoryLayout<packet_event>.size else { return }
      let head = record.loadUnaligned(as: packet_event.self)
      let event = DatapathEvent(
        nanoseconds: head.nanoseconds, length: head.length, interface: head.interface,
        generation: head.verdict.generation, verdict: verdict(head.verdict))
      let offset = MemoryLayout<packet_event>.offset(of: \.bytes) ?? 0
      let captured = min(Int(head.captured), Int(EVENT_CAPTURE))
      body(event, UnsafeRawBufferPointer(rebasing: record[offset..<offset + captured]))
    }
  }
}
