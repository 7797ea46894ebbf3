internal import CBPF
public import Dataplane
internal import Glibc

/// A connection that a proxy would take, as the program knows it.
public struct ProxiedConnection: Sendable {
  let key: proxied_key
  /// Tells it from earlier ones of the same ends; 0: nobody saw it open.
  let opened: UInt64
}

/// A packet that a proxy would read.
public struct PacketCopy: Sendable {
  /// Of the kernel's monotonic clock.
  public var nanoseconds: UInt64
  /// Of the frame, in bytes.
  public var length: UInt32
  /// Of the tables that judged it (`Datapath.generation`).
  public var generation: UInt32
  /// In terms of those tables. As in `lastVerdict`, what nobody had to look up is unset.
  public var verdict: PacketVerdict
  public var connection: ProxiedConnection
}

extension Datapath {
  /// To poll: readable when there are copies that nobody has been told of; -1 when nothing is copied.
  public var copiesDescriptor: Int32 {
    switch copies {
    case .some(let copies): copies.descriptor
    case nil: -1
    }
  }

  /// Hands out the copies that have gathered since the last call.
  ///
  /// - Parameters:
  ///   - limit: at most so many.
  ///   - body: is given the frame's first bytes too, which it may read while it lasts.
  /// - Returns: how many there were.
  public func readCopies(
    limit: Int = .max, _ body: (PacketCopy, UnsafeRawBufferPointer) -> Void
  ) throws(KernelError) -> Int {
    switch copies {
    case nil: return 0
    case .some(let copies):
      return try copies.consume(limit: limit) { record in
        let start = MemoryLayout<packet_copy>.size
        guard record.count >= start else { return }
        let head = record.loadUnaligned(as: packet_copy.self)
        let copy = PacketCopy(
          nanoseconds: head.nanoseconds, length: head.length, generation: head.verdict.generation,
          verdict: verdict(head.verdict), connection: ProxiedConnection(key: head.key, opened: head.opened))
        let captured = min(Int(head.captured), record.count - start)
        body(copy, UnsafeRawBufferPointer(rebasing: record[start..<start + captured]))
      }
    }
  }

  /// What becomes of a redirected connection.
  public enum ProxiedState: UInt32, Sendable {
    /// Nothing more of it is to be read.
    case settled = 1
    /// The rest of it is dropped, in both directions.
    case refused = 2
  }

  /// Tells the program what was found out about a connection, unless another has taken its place.
  public func mark(_ connection: ProxiedConnection, _ state: ProxiedState) throws(KernelError) {
    let map = try object.map("proxied")
    var (key, known) = (connection.key, proxied())
    if bpf_map_lookup_elem(map, &key, &known) == 0 {
      guard known.opened == connection.opened else { return }
    } else {
      known = proxied()
      known.opened = connection.opened
    }
    known.state = state.rawValue
    let result = bpf_map_update_elem(map, &key, &known, 0)
    guard result >= 0 else { throw KernelError("mark a connection", errorNumber: -result) }
  }
}
