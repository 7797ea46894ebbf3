/// Who was refused by whom, and how often.
///
/// Holds at most `limit` different pairs; refusals of further ones are counted together, as `others`.
public struct DeniedPairs: Sendable, Hashable {
  public struct Pair: Sendable, Hashable {
    /// A pod, a service, a DNS name or an address.
    public var source: String
    /// Likewise, with port and protocol: `store/cart-0:8080/TCP`.
    public var destination: String
    public var reason: Flow.DropReason

    public init(source: String, destination: String, reason: Flow.DropReason) {
      self.source = source
      self.destination = destination
      self.reason = reason
    }
  }

  public let limit: Int
  public private(set) var counts: [Pair: UInt64] = [:]
  /// Refusals of pairs that there was no room for.
  public private(set) var others: UInt64 = 0

  public init(limit: Int = 10_000) {
    self.limit = limit
  }

  /// Makes room for so many different pairs.
  public mutating func reserveCapacity(_ count: Int) { counts.reserveCapacity(min(count, limit)) }

  public mutating func add(_ pair: Pair, count: UInt64 = 1) {
    if counts.count < limit {
      counts[pair, default: 0] += count
    } else if let known = counts.index(forKey: pair) {
      counts.values[known] += count
    } else {
      others += count
    }
  }

  /// Adds a dropped flow under the names that the printers give its ends.
  public mutating func add(_ flow: Flow, count: UInt64 = 1) {
    add(Pair(flow), count: count)
  }

  /// Adds refusals whose pairs are not known.
  public mutating func addOthers(_ count: UInt64) { others += count }

  mutating func merge(_ other: DeniedPairs) {
    // In order, so that what finds no room does not depend on the hashing.
    for (pair, count) in other.top(other.counts.count) { add(pair, count: count) }
    others += other.others
  }

  /// The pairs refused most often, first; equals by name.
  public func top(_ count: Int) -> [(pair: Pair, count: UInt64)] {
    typealias Entry = (pair: Pair, count: UInt64)
    func precedes(_ a: Entry, _ b: Entry) -> Bool {
      if a.count != b.count { return a.count > b.count }
      return (a.pair.source, a.pair.destination, a.pair.reason.rawValue)
        < (b.pair.source, b.pair.destination, b.pair.reason.rawValue)
    }
    guard count > 0 else { return [] }
    let all = counts.lazy.map { (pair: $0.key, count: $0.value) }
    guard count < counts.count / 8 else { return Array(all.sorted(by: precedes).prefix(count)) }
    // Few of many: most are seen to come after the last of these at once.
    var best: [Entry] = []
    for entry in all where best.count < count || precedes(entry, best[count - 1]) {
      if best.count == count { best.removeLast() }
      best.insert(entry, at: best.firstIndex { precedes(entry, $0) } ?? best.count)
    }
    return best
  }
}

extension DeniedPairs.Pair {
  /// The ends of a flow and why it was dropped. The source's port is left out: it differs with every connection.
  public init(_ flow: Flow) {
    var portless = flow
    portless.l4 = nil
    let text = FlowText(options: FlowPrintOptions())
    var bytes = OutputBuffer()
    text.writeSource(of: portless, to: &bytes)
    source = bytes.text
    bytes.removeAll()
    text.writeDestination(of: flow, to: &bytes)
    switch flow.l4 {
    case .tcp: bytes.append("/TCP")
    case .udp: bytes.append("/UDP")
    case .sctp: bytes.append("/SCTP")
    case .icmpv4: bytes.append(" ICMPv4")
    case .icmpv6: bytes.append(" ICMPv6")
    case .vrrp: bytes.append(" VRRP")
    case .igmp: bytes.append(" IGMP")
    case nil: break
    }
    destination = bytes.text
    reason = flow.dropReason
  }
}
