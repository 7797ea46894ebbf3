import Addresses
import Tables

/// Service address, port and protocol → one of the service's backends.
struct ServiceIndex: ~Copyable, Sendable {
  struct Frontend: BitwiseCopyable, Sendable {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var port: UInt16 = 0
    var protocolNumber: UInt8 = 0
    /// 0: empty.
    var family: UInt8 = 0
    /// Index into `Tables.services`; -1: this is no service.
    var service: Int32 = -1
    /// Range in `backends`.
    var firstBackend: UInt32 = 0
    var backendCount: UInt32 = 0
  }

  struct Backend: BitwiseCopyable, Sendable {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var port: UInt16 = 0
    /// Index into `Tables.backends`.
    var number: Int32 = -1
  }

  let isEmpty: Bool
  private let frontends: FixedBuffer<Frontend>
  private let mask: Int
  private let backends: FixedBuffer<Backend>
  /// One bit for each of 65,536 hashes of a frontend: nearly all packets end here, in 8 KiB that stay in the cache.
  private let filter: FixedBuffer<UInt64>

  init(services: [ServiceFrontend], backends all: [ServiceBackend]) {
    isEmpty = services.isEmpty
    let size = Hashing.tableSize(services.count * 2, minimum: 2)
    mask = size - 1
    frontends = FixedBuffer(repeating: Frontend(), count: size)
    filter = FixedBuffer(repeating: 0, count: 1024)
    var kept: [Backend] = []
    var built: [Frontend] = []
    for (number, service) in services.enumerated() {
      var frontend = Frontend()
      (frontend.high, frontend.low) = (service.address.high, service.address.low)
      (frontend.port, frontend.protocolNumber) = (service.port, service.protocolNumber)
      frontend.family = service.address.isIPv6 ? 6 : 4
      frontend.service = Int32(clamping: number)
      frontend.firstBackend = UInt32(kept.count)
      // A packet cannot change its family on the way to a backend.
      for index in service.backends.clamped(to: 0..<all.count)
      where all[index].address.isIPv6 == service.address.isIPv6 {
        let backend = all[index]
        kept.append(
          Backend(
            high: backend.address.high, low: backend.address.low, port: backend.port, number: Int32(clamping: index)))
      }
      frontend.backendCount = UInt32(kept.count) - frontend.firstBackend
      built.append(frontend)
    }
    backends = FixedBuffer(kept, padding: Backend())
    for frontend in built { insert(frontend) }
  }

  @inline(__always)
  func find(high: UInt64, low: UInt64, port: UInt16, protocolNumber: UInt8, family: UInt8) -> Frontend {
    let hash = Self.hash(high, low, port, protocolNumber)
    guard filter[Int(truncatingIfNeeded: hash &>> 6) & 1023] &>> (hash & 63) & 1 != 0 else { return Frontend() }
    var index = Int(truncatingIfNeeded: hash) & mask
    while true {  // ends: at most half of the slots are taken
      let slot = frontends[index]
      if slot.family == 0 { return slot }
      if slot.low == low, slot.high == high, slot.port == port, slot.protocolNumber == protocolNumber,
        slot.family == family
      {
        return slot
      }
      index = (index &+ 1) & mask
    }
  }

  /// The backend that serves a client: a hash of the client's address and port with the service's, so that every packet
  /// of a connection, and its replies, meet the same one without any state. `frontend` must have backends.
  @inline(__always)
  func backend(of frontend: Frontend, clientHigh: UInt64, clientLow: UInt64, clientPort: UInt16) -> Backend {
    let client = Hashing.end(high: clientHigh, low: clientLow, port: clientPort)
    let service = Hashing.end(high: frontend.high, low: frontend.low, port: frontend.port)
    let hash = Hashing.connection(client, service, protocolNumber: frontend.protocolNumber)
    let choice = ((hash & 0xffff_ffff) &* UInt64(frontend.backendCount)) &>> 32  // below backendCount
    return backends[Int(frontend.firstBackend) &+ Int(truncatingIfNeeded: choice)]
  }

  @inline(__always)
  private static func hash(_ high: UInt64, _ low: UInt64, _ port: UInt16, _ protocolNumber: UInt8) -> UInt64 {
    Hashing.end(high: high, low: low ^ UInt64(protocolNumber) &<< 52, port: port)
  }

  /// The first service that claims an address and port keeps it.
  private func insert(_ frontend: Frontend) {
    let hash = Self.hash(frontend.high, frontend.low, frontend.port, frontend.protocolNumber)
    filter.base[Int(truncatingIfNeeded: hash >> 6) & 1023] |= 1 << (hash & 63)
    var index = Int(truncatingIfNeeded: hash) & mask
    while frontends[index].family != 0 {
      let slot = frontends[index]
      if slot.low == frontend.low, slot.high == frontend.high, slot.port == frontend.port,
        slot.protocolNumber == frontend.protocolNumber, slot.family == frontend.family
      {
        return
      }
      index = (index + 1) & mask
    }
    frontends[index] = frontend
  }
}
