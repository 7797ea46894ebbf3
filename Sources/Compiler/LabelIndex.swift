import Cluster

/// Identities by the labels they carry, so that a selector looks only at those that can match.
struct LabelIndex {
  private struct Key: Hashable {
    var key: String
    var value: String
  }

  private let identities: [SecurityIdentity]
  private var byPair: [Key: [Int32]] = [:]
  private var byKey: [String: [Int32]] = [:]

  init(_ identities: [SecurityIdentity]) {
    self.identities = identities
    for (index, identity) in identities.enumerated() {
      for label in identity.labels.labels {
        byPair[Key(key: label.key, value: label.value), default: []].append(Int32(index))
        byKey[label.key, default: []].append(Int32(index))
      }
    }
  }

  /// Indices of the identities that a selector matches, ascending.
  func matches(of selector: LabelSelector) -> [Int32] {
    let candidates = selector.requirements.compactMap(candidates).min { $0.count < $1.count }
    guard let candidates else {
      return identities.indices.filter { identities[$0].labels.matches(selector) }.map(Int32.init)
    }
    return candidates.filter { identities[Int($0)].labels.matches(selector) }
  }

  /// The identities that alone can satisfy a positive requirement; nil for a negative one.
  private func candidates(for requirement: LabelSelector.Requirement) -> [Int32]? {
    switch requirement.operator {
    case .equals, .in:
      let lists = Set(requirement.values).map { byPair[Key(key: requirement.key, value: $0)] ?? [] }
      return lists.count == 1 ? lists[0] : lists.flatMap(\.self).sorted()
    case .exists:
      return byKey[requirement.key] ?? []
    case .notIn, .doesNotExist:
      return nil
    }
  }
}
