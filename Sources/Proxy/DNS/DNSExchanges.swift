import Layer7

/// Queries that a DNS proxy let through, until their answers come.
///
/// Bounded: of more than `maximum` the older half or more is forgotten.
struct DNSExchanges {
  struct Key: Hashable {
    var client: StreamEnd
    var server: StreamEnd
    var protocolNumber: UInt8
    var identifier: UInt16
  }

  struct Query {
    var name: String
    var time: Int64
    var hops: [ProxyHop]
    /// Times that it was sent and not answered.
    var count = 1
  }

  /// Unanswered queries remembered.
  static let maximum = 1 << 16

  private var recent: [Key: Query] = [:]
  private var older: [Key: Query] = [:]
  /// Queries that were forgotten.
  private(set) var forgotten: UInt64 = 0

  mutating func sent(_ query: Query, _ key: Key) {
    if recent.count >= Self.maximum / 2 {
      forgotten += UInt64(older.count)
      older = recent
      recent.removeAll(keepingCapacity: false)
    }
    var query = query
    if let known = answered(key), known.name == query.name { query.count += known.count }
    recent[key] = query
  }

  /// The query that a response answers; nil when none was let through.
  mutating func answered(_ key: Key) -> Query? {
    recent.removeValue(forKey: key) ?? older.removeValue(forKey: key)
  }
}
