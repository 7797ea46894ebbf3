import Rules
import Tables

/// Policies in use, each in a slot of its own: its index in the tables.
struct LivePolicies {
  struct Slot {
    var set: RuleSet
    var users: Int
    var policy: CompiledPolicy
  }

  private var slots: [Slot?] = []
  private var free: [Int] = []
  private var numbers: [RuleSet: Int] = [:]
  /// Policies with a peer of each selector.
  private var users: [Int32: [Int]] = [:]
  /// What the change at hand did so far.
  private var deltas: [Int: PolicyDelta] = [:]
  private var removed: [Int] = []

  var count: Int { slots.count }

  /// Of a policy in use.
  subscript(index: Int) -> Slot {
    guard let slot = slots[index] else { preconditionFailure("no policy \(index)") }
    return slot
  }

  func isUsed(_ index: Int) -> Bool { slots[index] != nil }

  func index(of set: RuleSet) -> Int? { numbers[set] }

  var indices: [Int] { slots.indices.filter { slots[$0] != nil } }

  // MARK: Policies

  mutating func add(_ set: RuleSet, _ policy: CompiledPolicy) -> Int {
    let index = free.popLast() ?? slots.count
    if index < slots.count {
      slots[index] = Slot(set: set, users: 0, policy: policy)
    } else {
      slots.append(Slot(set: set, users: 0, policy: policy))
    }
    numbers[set] = index
    watch(index, policy)
    deltas[index] = PolicyDelta(policy: index, isNew: true)
    record(index, from: nil, to: policy)
    return index
  }

  /// A policy whose endpoints have all come to another rule set.
  mutating func replace(_ index: Int, by set: RuleSet, _ policy: CompiledPolicy) {
    guard let old = slots[index] else { return }
    numbers[old.set] = nil
    numbers[set] = index
    unwatch(index, old.policy, except: policy)
    watch(index, policy, except: old.policy)
    slots[index]?.set = set
    slots[index]?.policy = policy
    record(index, from: old.policy, to: policy)
  }

  mutating func retain(_ index: Int, _ count: Int = 1) { slots[index]?.users += count }

  mutating func release(_ index: Int) {
    guard let slot = slots[index] else { return }
    slots[index]?.users -= 1
    guard slot.users == 1 else { return }
    numbers[slot.set] = nil
    unwatch(index, slot.policy)
    slots[index] = nil
    deltas[index] = nil
    removed.append(index)
  }

  /// Ends a change.
  mutating func finish(_ delta: inout TablesDelta) {
    delta.policies = deltas.values.sorted { $0.policy < $1.policy }.map { policy in
      var policy = policy
      guard let slot = slots[policy.policy] else { return policy }
      policy.error = slot.policy.conflict
      if policy.error == nil {
        policy.ingressEnforced = slot.policy.directions[0].isEnforced
        policy.egressEnforced = slot.policy.directions[1].isEnforced
      }
      return policy
    }
    delta.policiesRemoved = removed
    // Not before, so that no index means two policies in one change.
    free += removed
    deltas.removeAll(keepingCapacity: true)
    removed.removeAll(keepingCapacity: true)
  }

  // MARK: Users of selectors

  private mutating func watch(_ index: Int, _ policy: CompiledPolicy, except known: CompiledPolicy? = nil) {
    let before = known?.selectors ?? []
    for selector in policy.selectors where !before.contains(selector) { users[selector, default: []].append(index) }
  }

  private mutating func unwatch(_ index: Int, _ policy: CompiledPolicy, except kept: CompiledPolicy? = nil) {
    let after = kept?.selectors ?? []
    for selector in policy.selectors where !after.contains(selector) { users[selector]?.removeAll { $0 == index } }
  }

  /// Policies with a peer of any of these selectors, ascending.
  func users(of selectors: [Int32], but wildcard: Int32) -> [Int] {
    var result: [Int] = []
    for selector in selectors where selector != wildcard { if let users = users[selector] { result += users } }
    guard result.count > 1 else { return result }
    return Set(result).sorted()
  }

  // MARK: Entries

  /// Inserts entries of one identity that has none there yet.
  mutating func insert(_ entries: [PolicyMapBuilder.Entry], into index: Int, _ direction: Direction) {
    let number = Int(direction.rawValue)
    guard let position = slots[index]?.policy.directions[number].entries.place(of: entries[0].key) else { return }
    slots[index]?.policy.directions[number].entries.insert(contentsOf: entries, at: position)
    guard slots[index]?.policy.conflict == nil else { return }
    for entry in entries {
      deltas[index, default: PolicyDelta(policy: index, isNew: false)].operations.append(
        .set(PolicyMapEntry(entry, direction)))
    }
  }

  mutating func removeEntries(of identity: UInt32, from index: Int) {
    for direction in Direction.allCases {
      let number = Int(direction.rawValue)
      let first = PolicyMapBuilder.Key(identity: identity, protocolNumber: 0, port: 0, portPrefixLength: 0)
      guard let start = slots[index]?.policy.directions[number].entries.place(of: first) else { continue }
      var end = start
      while let entries = slots[index]?.policy.directions[number].entries, end < entries.count,
        entries[end].key.identity == identity
      {
        if slots[index]?.policy.conflict == nil {
          deltas[index, default: PolicyDelta(policy: index, isNew: false)].operations.append(
            .remove(PolicyMapEntry(entries[end], direction).key))
        }
        end += 1
      }
      if end > start { slots[index]?.policy.directions[number].entries.removeSubrange(start..<end) }
    }
  }

  /// Records what leads from one content to another.
  private mutating func record(_ index: Int, from old: CompiledPolicy?, to new: CompiledPolicy) {
    var delta = deltas[index] ?? PolicyDelta(policy: index, isNew: false)
    for direction in Direction.allCases {
      let number = Int(direction.rawValue)
      let before = old.map { $0.conflict == nil ? $0.directions[number].entries : [] } ?? []
      let after = new.conflict == nil ? new.directions[number].entries : []
      delta.append(from: before, to: after, direction)
    }
    deltas[index] = delta
  }
}

extension PolicyDelta {
  /// Both are sorted by key.
  fileprivate mutating func append(
    from old: [PolicyMapBuilder.Entry], to new: [PolicyMapBuilder.Entry], _ direction: Direction
  ) {
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if j == new.count || (i < old.count && old[i].key < new[j].key) {
        operations.append(.remove(PolicyMapEntry(old[i], direction).key))
        i += 1
      } else if i == old.count || new[j].key < old[i].key {
        operations.append(.set(PolicyMapEntry(new[j], direction)))
        j += 1
      } else {
        if old[i].value != new[j].value { operations.append(.set(PolicyMapEntry(new[j], direction))) }
        i += 1
        j += 1
      }
    }
  }
}

extension CompiledPolicy {
  /// Of the peers of its filters.
  fileprivate var selectors: Set<Int32> {
    var result: Set<Int32> = []
    for direction in directions {
      for source in direction.sources { for peer in source.peers { result.insert(peer.selector) } }
    }
    return result
  }
}

extension [PolicyMapBuilder.Entry] {
  /// Where a key is or belongs.
  fileprivate func place(of key: PolicyMapBuilder.Key) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
