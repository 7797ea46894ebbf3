public import Addresses
internal import CBPF
internal import Dataplane
internal import Glibc
internal import Tables

extension Datapath {
  /// A connection that an endpoint has opened.
  public struct OpenedConnection: Sendable {
    /// Index into `Tables.endpoints`.
    public var endpoint: Int
    /// The address at the other end, after service translation.
    public var peer: IPAddress
  }

  /// The connections that judged endpoints have opened and that are still alive.
  public func openedConnections() throws(KernelError) -> [OpenedConnection] {
    let (image, now) = (image, currentSecond)
    var result: [OpenedConnection] = []
    func add(_ number: UInt16, _ peer: IPAddress) {
      let position = Int(number) - 1
      guard image.judged.indices.contains(position) else { return }
      result.append(OpenedConnection(endpoint: image.judged[position].endpoint, peer: peer))
    }
    switch options.layout {
    case .own:
      try BPFMap.forEach(in: try object.map("flows_ipv4"), "flows_ipv4", zero: (ipv4_flow_key(), flow())) { key, flow in
        let (low, high) = (IPAddress(word: key.low), IPAddress(word: key.high))
        flow.forEachOpener(at: now) { number, isLow in add(number, isLow ? high : low) }
      }
      try BPFMap.forEach(in: try object.map("flows_ipv6"), "flows_ipv6", zero: (ipv6_flow_key(), flow())) { key, flow in
        let (low, high) = (IPAddress(words: key.low), IPAddress(words: key.high))
        flow.forEachOpener(at: now) { number, isLow in add(number, isLow ? high : low) }
      }
    case .cilium:
      let numbers = Dictionary(
        zip(image.endpointKeys, image.endpointValues).map { ($0.ipAddress, $1.number) },
        uniquingKeysWith: { first, _ in first })
      // The interface is one endpoint's, whatever the addresses of its packets.
      let own = options.endpoint == nil ? nil : image.settings.endpoint.number
      for name in ["tcp_ipv4", "other_ipv4"] {
        try BPFMap.forEach(in: try object.map(name), name, zero: (ipv4_tuple(), connection())) { key, connection in
          guard key.flags == UInt8(TUPLE_EGRESS), connection.expiry != 0, connection.expiry >= now else { return }
          // A stored tuple has its addresses the other way round.
          if let number = own ?? numbers[IPAddress(word: key.destination)] { add(number, IPAddress(word: key.source)) }
        }
      }
      for name in ["tcp_ipv6", "other_ipv6"] {
        try BPFMap.forEach(in: try object.map(name), name, zero: (ipv6_tuple(), connection())) { key, connection in
          guard key.flags == UInt8(TUPLE_EGRESS), connection.expiry != 0, connection.expiry >= now else { return }
          if let number = own ?? numbers[IPAddress(words: key.destination)] {
            add(number, IPAddress(words: key.source))
          }
        }
      }
    }
    return result
  }

  private var currentSecond: UInt32 {
    guard !options.clockIsGiven else { return now }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt32(truncatingIfNeeded: time.tv_sec)
  }
}

extension flow {
  /// The endpoints that see the connection leaving, and whether they are at its low end.
  fileprivate func forEachOpener(at now: UInt32, _ body: (UInt16, Bool) -> Void) {
    // Entries stand at orientation * 2 + direction, where leaving is 1.
    if entries.1.expiry != 0, entries.1.expiry >= now { body(ends.0.number, true) }
    if entries.3.expiry != 0, entries.3.expiry >= now { body(ends.1.number, false) }
  }
}

extension endpoint_key {
  fileprivate var ipAddress: IPAddress {
    family == UInt8(FAMILY_IPV6) ? IPAddress(words: address) : IPAddress(word: address.0)
  }
}

extension IPAddress {
  /// - Parameter word: in network order.
  fileprivate init(word: UInt32) { self.init(ipv4: UInt32(bigEndian: word)) }

  fileprivate init(words: (UInt32, UInt32, UInt32, UInt32)) {
    func half(_ first: UInt32, _ second: UInt32) -> UInt64 {
      UInt64(UInt32(bigEndian: first)) << 32 | UInt64(UInt32(bigEndian: second))
    }
    self.init(ipv6High: half(words.0, words.1), low: half(words.2, words.3))
  }
}
