import Cluster
import Rules

/// Identities in use, each in a slot of its own. Numbers stay as long as somebody uses them and are not given out again,
/// as an agent does; slots are.
struct LiveIdentities {
  private(set) var slots: [SecurityIdentity]
  private var references: [Int]
  private var free: [Int] = []
  private var byLabels: [LabelSet: Int] = [:]
  private var nextPod: UInt32 = 256
  private var nextOutside = ReservedIdentity.firstLocal
  /// Of the reserved ones, nodes and hosts.
  private static let permanent = Int.max / 2

  /// - Parameters:
  ///   - podUsers: identities of pods' endpoints, one for each.
  ///   - outsideUsers: identities of blocks outside, one for each.
  init(_ identities: [SecurityIdentity], podUsers: [Int], outsideUsers: [Int]) {
    slots = identities
    references = [Int](repeating: 0, count: identities.count)
    for slot in podUsers + outsideUsers {
      references[slot] += 1
      if slot >= SecurityIdentity.reserved.count { byLabels[identities[slot].labels] = slot }
    }
    for slot in references.indices where references[slot] == 0 || slot < SecurityIdentity.reserved.count {
      references[slot] = Self.permanent
    }
    for slot in podUsers where identities[slot].id < ReservedIdentity.firstLocal {
      nextPod = max(nextPod, identities[slot].id + 1)
    }
    for slot in outsideUsers where identities[slot].id >= ReservedIdentity.firstLocal {
      nextOutside = max(nextOutside, identities[slot].id + 1)
    }
  }

  /// The slot of these labels, with one user more.
  mutating func acquire(_ labels: LabelSet, isOutside: Bool) -> (slot: Int, isNew: Bool) {
    if isOutside, let reserved = SecurityIdentity.reserved.firstIndex(where: { $0.labels == labels }) {
      return (reserved, false)
    }
    if let known = byLabels[labels] {
      references[known] += 1
      return (known, false)
    }
    let number = isOutside ? nextOutside : nextPod
    if isOutside { nextOutside += 1 } else { nextPod += 1 }
    let identity = SecurityIdentity(id: number, labels: labels)
    let slot = free.popLast() ?? slots.count
    if slot < slots.count {
      slots[slot] = identity
      references[slot] = 1
    } else {
      slots.append(identity)
      references.append(1)
    }
    byLabels[labels] = slot
    return (slot, true)
  }

  /// True when that was the last user; the slot may then be given to another.
  mutating func release(_ slot: Int) -> Bool {
    guard references[slot] < Self.permanent else { return false }
    references[slot] -= 1
    guard references[slot] == 0 else { return false }
    byLabels[slots[slot].labels] = nil
    free.append(slot)
    return true
  }

  func slot(of number: UInt32) -> Int? { slots.indices.first { slots[$0].id == number && references[$0] > 0 } }

  /// Slots that are in use.
  var used: [Int] { slots.indices.filter { references[$0] > 0 } }
}
