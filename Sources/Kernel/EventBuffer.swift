internal import CBPF
internal import Glibc

/// The reader of the program's ring buffer, polled: the program never wakes it.
///
/// libbpf calls back with a record that stays in place until the call returns; the closure that is to see it stands
/// behind a pointer of this type's own for as long as the call to `consume` lasts. That is what the unsafe code here
/// rests on.
struct EventBuffer: ~Copyable {
  typealias Handler = (UnsafePointer<packet_event>) -> Void

  /// What libbpf's callback is given.
  private struct Context {
    var handler: Handler?
    var remaining = 0
  }

  private let ring: OpaquePointer
  private let context: UnsafeMutablePointer<Context>

  /// libbpf stops at a record whose callback returns a negative number, and has passed it then.
  private static let stop: Int32 = -ECANCELED

  /// - Parameter descriptor: of the ring buffer, which must outlive this.
  init(_ descriptor: Int32) throws(KernelError) {
    let context = UnsafeMutablePointer<Context>.allocate(capacity: 1)
    context.initialize(to: Context())
    let ring = ring_buffer__new(
      descriptor,
      { context, record, size in
        guard let context = context?.assumingMemoryBound(to: Context.self), let record,
          size >= MemoryLayout<packet_event>.size
        else { return 0 }
        context.pointee.handler?(UnsafePointer(record.assumingMemoryBound(to: packet_event.self)))
        context.pointee.remaining -= 1
        return context.pointee.remaining > 0 ? 0 : EventBuffer.stop
      }, context, nil)
    guard let ring else {
      let number = errno
      context.deinitialize(count: 1)
      context.deallocate()
      throw KernelError("read the events", errorNumber: number)
    }
    self.context = context
    self.ring = ring
  }

  deinit {
    ring_buffer__free(ring)
    context.deinitialize(count: 1)
    context.deallocate()
  }

  /// Hands out what has gathered.
  ///
  /// - Parameter limit: at most so many, or a busy program would keep the reader here for ever.
  /// - Returns: how many records there were.
  func consume(limit: Int, _ body: Handler) throws(KernelError) -> Int {
    let result = withoutActuallyEscaping(body) { body in
      context.pointee = Context(handler: body, remaining: limit)
      defer { context.pointee.handler = nil }
      return ring_buffer__consume(ring)
    }
    guard result >= 0 || result == Self.stop else { throw KernelError("read the events", errorNumber: -result) }
    return limit - context.pointee.remaining
  }
}
