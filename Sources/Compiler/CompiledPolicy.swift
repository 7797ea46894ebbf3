import Policy
import Rules
import Tables

/// The policy of a rule set before its rule lists and redirects have the numbers of the tables.
struct CompiledPolicy: Sendable {
  /// Ingress, egress.
  var directions: [CompiledDirection] = []
  /// What the numbers of rule lists mean here.
  var lists: [[UInt32]] = [[]]
  /// What the numbers of redirects mean here, counted from 1.
  var redirects: [Redirect] = []

  /// Why nothing of the policy takes effect.
  var conflict: String? { directions.lazy.compactMap(\.conflict).first }
}

/// One direction of a policy.
struct CompiledDirection: Sendable {
  /// A filter's part in the map: which peers get which value at which ports.
  struct Source: Sendable {
    struct Peer: Sendable {
      /// Number of the selector.
      var selector: Int32
      var value: PolicyMapBuilder.Value
      /// Listed in the filter only: what holds for any peer says the same.
      var isImplied: Bool
    }

    var protocolNumber: UInt8
    var blocks: [PortBlocks.Block]
    var peers: [Peer]
  }

  var direction: Direction
  var isEnforced = false
  /// Of the rules that select the endpoint.
  var rules: UInt32 = 0
  var usesAuthentication = false
  var conflict: String?
  var sources: [Source] = []
  /// By source; of the peers what they demand, without the identities.
  var filters: [L4Filter] = []
  /// Entries of any peer that can make those of others go.
  var strong: [PolicyMapBuilder.Entry] = []
  /// Sorted by key.
  var entries: [PolicyMapBuilder.Entry] = []

  init(_ direction: Direction) {
    self.direction = direction
  }
}
