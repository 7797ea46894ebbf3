import Cluster

/// Identities by the labels they carry, so that a selector looks only at those that can match.
///
/// Lists are ascending. Only the keys that some selector mentions are ever asked for, so lists are made on demand.
final class LabelIndex {
  private struct Pair: Hashable {
    var source: String
    var value: String
  }

  /// Identities that carry a label, as a list and as a set.
  final class Posting {
    let list: [Int32]
    private var bits: [UInt64]

    init(_ list: [Int32], count: Int) {
      self.list = list
      bits = [UInt64](repeating: 0, count: (count + 63) / 64)
      for identity in list { bits[Int(identity) >> 6] |= 1 << UInt64(identity & 63) }
    }

    @inline(__always)
    func contains(_ identity: Int32) -> Bool { bits[Int(identity) >> 6] >> UInt64(identity & 63) & 1 != 0 }
  }

  private let identities: [SecurityIdentity]
  /// For each key that was asked for: the labels with it and their identities.
  private var byKey: [String: [Pair: [Int32]]] = [:]
  private var postings: [LabelSelector.Requirement: Posting] = [:]

  init(_ identities: [SecurityIdentity]) {
    self.identities = identities
  }

  /// Indices of the identities that a selector matches, ascending.
  func matches(of selector: LabelSelector) -> [Int32] {
    var demanded: [Posting] = []
    var excluded: [Posting] = []
    for requirement in selector.requirements {
      switch requirement.operator {
      case .equals, .in, .exists:
        demanded.append(posting(for: requirement))
      case .notIn:
        excluded.append(posting(for: .init(source: requirement.source, key: requirement.key, .in, requirement.values)))
      case .doesNotExist:
        excluded.append(posting(for: .init(source: requirement.source, key: requirement.key, .exists)))
      }
    }
    guard let least = demanded.indices.min(by: { demanded[$0].list.count < demanded[$1].list.count }) else {
      return (0..<Int32(identities.count)).filter { identity in !excluded.contains { $0.contains(identity) } }
    }
    let candidates = demanded.remove(at: least).list
    if demanded.isEmpty, excluded.isEmpty { return candidates }
    return candidates.filter { identity in
      demanded.allSatisfy { $0.contains(identity) } && !excluded.contains { $0.contains(identity) }
    }
  }

  /// The identities with a label that satisfies a positive requirement.
  private func posting(for requirement: LabelSelector.Requirement) -> Posting {
    if let known = postings[requirement] { return known }
    let labels = labels(withKey: requirement.key).filter { pair, _ in
      (requirement.source == "any" || requirement.source == pair.source)
        && (requirement.operator == .exists || requirement.values.contains(pair.value))
    }
    // An identity has one label per key, so the lists are disjoint.
    let list = labels.count == 1 ? labels.first?.value ?? [] : labels.values.flatMap(\.self).sorted()
    let posting = Posting(list, count: identities.count)
    postings[requirement] = posting
    return posting
  }

  private func labels(withKey key: String) -> [Pair: [Int32]] {
    if let known = byKey[key] { return known }
    var result: [Pair: [Int32]] = [:]
    // Labels that many identities share are looked up once.
    var shared: [ObjectIdentifier: Label?] = [:]
    for index in identities.indices {
      var label = identities[index].labels.ownLabel(withKey: key)
      if label == nil, let base = identities[index].labels.base {
        if let known = shared[ObjectIdentifier(base)] {
          label = known
        } else {
          label = base.label(withKey: key)
          shared[ObjectIdentifier(base)] = .some(label)
        }
      }
      guard let label else { continue }
      result[Pair(source: label.source, value: label.value), default: []].append(Int32(index))
    }
    byKey[key] = result
    return result
  }
}
