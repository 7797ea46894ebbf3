import Flow
import Proxy

extension ReplayStatistics {
  /// Adds what the proxies counted.
  mutating func take(_ counters: ProxyCounters) {
    l7.httpRequests = counters.httpRequests
    l7.httpDenied = counters.httpDenied
    l7.dnsQueries = counters.dnsQueries
    l7.dnsDenied = counters.dnsDenied
    l7.tlsServerNames = counters.serverNames
    l7.tlsServerNamesDenied = counters.serverNamesDenied
    l7.kafkaRequests = counters.kafkaRequests
    l7.kafkaDenied = counters.kafkaDenied
    limits.reassemblyDropped = counters.givenUp
    l7.notes = counters.notes
  }
}

extension ProxyCounters {
  /// What became of whole connections, one line for each cause.
  fileprivate var notes: [String] {
    let closed = CloseReason.allCases.compactMap { reason in
      self.closed[reason].map { "\(Self.connections($0)) closed by a proxy: \(reason.rawValue)" }
    }
    let unjudged = self.unjudged.map { (text: $0.key.text, count: $0.value) }.sorted { $0.text < $1.text }
    return closed + unjudged.map { "\(Self.connections($0.count)) not judged to the end at layer 7: \($0.text)" }
  }

  private static func connections(_ count: UInt64) -> String { "\(count) connection\(count == 1 ? "" : "s")" }
}
