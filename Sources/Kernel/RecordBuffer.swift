internal import CBPF
internal import Glibc

/// The reader of one of the program's ring buffers.
///
/// libbpf calls back with a record that stays in place until the call returns; the closure that is to see it stands
/// behind a pointer of this type's own for as long as the call to `consume` lasts. That is what the unsafe code here
/// rests on.
struct RecordBuffer: ~Copyable {
  typealias Handler = (UnsafeRawBufferPointer) -> Void

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
        guard let context = context?.assumingMemoryBound(to: Context.self), let record else { return 0 }
        context.pointee.handler?(UnsafeRawBufferPointer(start: record, count: size))
        context.pointee.remaining -= 1
        return context.pointee.remaining > 0 ? 0 : RecordBuffer.stop
      }, context, nil)
    guard let ring else {
      let number = errno
      context.deinitialize(count: 1)
      context.deallocate()
      throw KernelError("read the program's records", errorNumber: number)
    }
    self.context = context
    self.ring = ring
  }

  deinit {
    ring_buffer__free(ring)
    context.deinitialize(count: 1)
    context.deallocate()
  }

  /// To poll: readable when the program has woken its reader.
  var descriptor: Int32 { ring_buffer__epoll_fd(ring) }

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
    guard result >= 0 || result == Self.stop else {
      throw KernelError("read the program's records", errorNumber: -result)
    }
    return limit - context.pointee.remaining
  }
}
