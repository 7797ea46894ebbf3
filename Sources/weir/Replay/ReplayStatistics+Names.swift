import Flow
import Names

extension ReplayStatistics {
  /// Adds what was learnt from DNS.
  mutating func take(_ counters: NameCache.Counters) {
    names.answers = counters.answers
    names.names = counters.names
    names.addresses = counters.addresses
    names.expired = counters.expired
    names.dropped = counters.dropped
  }
}
