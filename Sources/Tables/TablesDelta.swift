public import Addresses

/// What one change did to the tables, for back ends that hold a copy of them.
///
/// To never judge a packet by half of it: take up `rules`, `lists`, `redirects` and the policies' changes first, then
/// `ipcache`, then `endpoints`; drop `policiesRemoved` and `identitiesRemoved` last.
public struct TablesDelta: Sendable {
  /// The tables were compiled afresh; nothing else is told and all indices may be others.
  public var replacesEverything = false
  public var identities: [Identity] = []
  public var identitiesRemoved: [UInt32] = []
  /// New, or with another identity than before.
  public var ipcache: [IPCacheEntry] = []
  public var ipcacheRemoved: [IPPrefix] = []
  /// Changed or new policies by index.
  public var policies: [PolicyDelta] = []
  /// Indices of policies that no endpoint has any more; they are given out again.
  public var policiesRemoved: [Int] = []
  /// New, or changed in some way; by name and node.
  public var endpoints: [Endpoint] = []
  public var endpointsRemoved: [(name: String, node: String)] = []
  /// New rules by their index in `Provenance.rules`, where another may have been.
  public var rules: [(index: Int, rule: Provenance.Rule)] = []
  /// New rule lists; the first has the index `firstList`.
  public var lists: [[UInt32]] = []
  public var firstList = 0
  /// New redirects, behind the known ones.
  public var redirects: [Redirect] = []
  /// Service addresses or backends changed; they are in the whole tables.
  public var changesServices = false

  public init() {}

  public var isEmpty: Bool {
    !replacesEverything && identities.isEmpty && identitiesRemoved.isEmpty && ipcache.isEmpty && ipcacheRemoved.isEmpty
      && policies.isEmpty && policiesRemoved.isEmpty && endpoints.isEmpty && endpointsRemoved.isEmpty
      && !changesServices
  }

  /// Nothing but what learning and forgetting names can do: single addresses, and entries of known policies.
  public var isOfNames: Bool {
    !replacesEverything && !changesServices && endpoints.isEmpty && endpointsRemoved.isEmpty && policiesRemoved.isEmpty
      && policies.allSatisfy { !$0.isNew && $0.error == nil } && ipcache.allSatisfy(\.prefix.isHost)
      && ipcacheRemoved.allSatisfy(\.isHost)
  }
}

/// What changed in one policy.
public struct PolicyDelta: Sendable {
  public enum Operation: Sendable, Equatable {
    /// The entry is new or differs from the one of its key.
    case set(PolicyMapEntry)
    case remove(PolicyMapKey)
  }

  /// Index into `Tables.policies`.
  public let policy: Int
  /// Its map starts empty.
  public let isNew: Bool
  /// As they are now.
  public var ingressEnforced = false
  public var egressEnforced = false
  public var error: String?
  /// In order; a key may come twice.
  public var operations: [Operation] = []

  public init(policy: Int, isNew: Bool) {
    self.policy = policy
    self.isNew = isNew
  }
}
