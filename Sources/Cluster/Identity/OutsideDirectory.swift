public import Addresses

/// `OutsideAddresses` that come and go: claims are counted, and each change tells whose labels it touches.
public struct OutsideDirectory: Sendable {
  public enum Claim: Sendable {
    /// A policy names the block.
    case named
    /// A name that this `toFQDNs` selector matches has the address.
    case name(selector: String)
    case group(name: String, labels: [Label])
    case apiServer
  }

  private struct Count: Sendable {
    var named = 0
    var names: [String: Int] = [:]
    /// By group name.
    var groups: [(name: String, labels: [Label])] = []
    var apiServer = 0

    var isEmpty: Bool { named == 0 && names.isEmpty && groups.isEmpty && apiServer == 0 }

    var claims: OutsideAddresses.Claims {
      OutsideAddresses.Claims(
        isNamed: named > 0, groupLabels: groups.flatMap(\.labels), names: Set(names.keys), isAPIServer: apiServer > 0)
    }
  }

  private let isDualStack: Bool
  private var counts: [IPPrefix: Count] = [:]
  private var effective: [IPPrefix: EffectiveLabels] = [:]
  private var sorted: [IPPrefix] = []
  /// How many blocks there are of each length, by family.
  private var lengths = [[Int](repeating: 0, count: 33), [Int](repeating: 0, count: 129)]
  /// Changed blocks, and whether those inside inherit something of it.
  private var dirty: [IPPrefix: Bool] = [:]

  public init(isDualStack: Bool) {
    self.isDualStack = isDualStack
  }

  public mutating func add(_ claim: Claim, to prefix: IPPrefix) {
    var count = counts[prefix] ?? Count()
    let isNew = count.isEmpty
    switch claim {
    case .named:
      count.named += 1
      guard count.named == 1 || isNew else { return counts[prefix] = count }
    case .name(let selector):
      count.names[selector, default: 0] += 1
      guard count.names[selector] == 1 || isNew else { return counts[prefix] = count }
    case .group(let name, let labels):
      let position = count.groups.firstIndex { $0.name > name } ?? count.groups.count
      count.groups.insert((name, labels), at: position)
    case .apiServer: count.apiServer += 1
    }
    counts[prefix] = count
    if isNew {
      sorted.insert(prefix, at: position(of: prefix))
      lengths[prefix.isIPv6 ? 1 : 0][prefix.length] += 1
    }
    mark(prefix, claim)
  }

  public mutating func remove(_ claim: Claim, from prefix: IPPrefix) {
    guard var count = counts[prefix] else { return }
    switch claim {
    case .named:
      count.named -= 1
      guard count.named == 0 else { return counts[prefix] = count }
    case .name(let selector):
      let left = (count.names[selector] ?? 1) - 1
      count.names[selector] = left > 0 ? left : nil
      guard left == 0 else { return counts[prefix] = count }
    case .group(let name, _):
      if let index = count.groups.firstIndex(where: { $0.name == name }) { count.groups.remove(at: index) }
    case .apiServer: count.apiServer -= 1
    }
    counts[prefix] = count.isEmpty ? nil : count
    if count.isEmpty {
      sorted.remove(at: position(of: prefix))
      lengths[prefix.isIPv6 ? 1 : 0][prefix.length] -= 1
    }
    mark(prefix, claim)
  }

  private mutating func mark(_ prefix: IPPrefix, _ claim: Claim) {
    // A block of length 0 that is only named has no label that others could inherit.
    let isInherited = if case .named = claim { prefix.length > 0 } else { true }
    dirty[prefix, default: false] = isInherited || (dirty[prefix] ?? false)
  }

  /// The labels now in force for every block that the changes since the last call may have touched; nil: nobody claims
  /// the block any more.
  public mutating func takeChanges() -> [(prefix: IPPrefix, labels: LabelSet?)] {
    guard !dirty.isEmpty else { return [] }
    var touched: Set<IPPrefix> = []
    for (prefix, isInherited) in dirty {
      touched.insert(prefix)
      guard isInherited else { continue }
      for index in position(of: prefix)..<sorted.count {
        guard prefix.contains(sorted[index]) else { break }
        touched.insert(sorted[index])
      }
    }
    dirty.removeAll(keepingCapacity: true)
    // Sorted, so that a block's surroundings are up to date before itself.
    return touched.sorted().map { prefix in
      guard let count = counts[prefix] else {
        effective[prefix] = nil
        return (prefix, nil)
      }
      let labels = EffectiveLabels.of(count.claims, prefix, inside: surroundings(of: prefix))
      effective[prefix] = labels
      return (prefix, labels.labels(of: prefix, isDualStack: isDualStack))
    }
  }

  /// nil: nobody claims the block.
  public func labels(of prefix: IPPrefix) -> LabelSet? {
    effective[prefix].map { $0.labels(of: prefix, isDualStack: isDualStack) }
  }

  private func surroundings(of prefix: IPPrefix) -> EffectiveLabels? {
    let lengths = lengths[prefix.isIPv6 ? 1 : 0]
    for length in stride(from: prefix.length - 1, through: 0, by: -1) where lengths[length] > 0 {
      if let known = effective[IPPrefix(prefix.address, length: length)] { return known }
    }
    return nil
  }

  private func position(of prefix: IPPrefix) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < prefix { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
