import Cluster

/// Label selectors by one label that each demands, so that an identity's labels lead to the few that can select it.
struct SelectorAnchors {
  private struct Pair: Hashable {
    var key: String
    var value: String
  }

  private enum Anchor {
    case pairs([Pair])
    case key(String)
    /// Demands no label.
    case none
  }

  private var byPair: [Pair: [Int32]] = [:]
  private var byKey: [String: [Int32]] = [:]
  private var others: [Int32] = []

  mutating func add(_ selector: LabelSelector, _ number: Int32, _ index: LabelIndex) {
    switch Self.anchor(selector, index) {
    case .pairs(let pairs): for pair in pairs { byPair[pair, default: []].append(number) }
    case .key(let key): byKey[key, default: []].append(number)
    case .none: others.append(number)
    }
  }

  /// The label that fewest identities have, to be asked of as few as possible.
  private static func anchor(_ selector: LabelSelector, _ index: LabelIndex) -> Anchor {
    let demands = selector.requirements.filter { [.equals, .in, .exists].contains($0.operator) }
    guard let least = demands.min(by: { index.count(for: $0) < index.count(for: $1) }) else { return .none }
    guard least.operator != .exists else { return .key(least.key) }
    return .pairs(Set(least.values).map { Pair(key: least.key, value: $0) })
  }

  /// Numbers of the selectors that may select an identity with these labels, some perhaps twice.
  func candidates(for labels: LabelSet) -> [Int32] {
    var result = others
    labels.forEach { label in
      if let numbers = byPair[Pair(key: label.key, value: label.value)] { result += numbers }
      if let numbers = byKey[label.key] { result += numbers }
    }
    return result
  }
}
