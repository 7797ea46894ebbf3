public import Addresses

/// The labels of one identity: at most one per key. Prefix labels are kept parsed, as selectors compare them by
/// containment.
///
/// Pods of one namespace and service account share most of their labels; those are stored once, as a base, which makes
/// large clusters cheap to read. How a set is divided does not show: equal labels make equal sets.
public struct LabelSet: Sendable {
  /// Labels that many sets have in common.
  public final class Base: Sendable {
    let labels: [Label]
    let hash: Int
    /// Sorted.
    let texts: [String]

    public init(_ labels: some Sequence<Label>) {
      self.labels = LabelSet.unique(labels)
      texts = self.labels.map(\.description).sorted()
      hash = LabelSet.hash(of: self.labels)
    }

    public func label(withKey key: String) -> Label? { labels.first { $0.key == key } }
  }

  /// Its keys do not occur in `own`.
  public let base: Base?
  /// Sorted.
  let own: [Label]
  /// The blocks named by `cidr:` labels, sorted.
  public let prefixes: [IPPrefix]
  private let ownHash: Int

  /// Of labels with equal keys the last one stays.
  public init(_ labels: some Sequence<Label>, prefixes: some Sequence<IPPrefix> = []) {
    self.prefixes = Set(prefixes).sorted()
    base = nil
    own = Self.unique(Array(labels) + self.prefixes.map(Label.cidr))
    ownHash = Self.hash(of: own)
  }

  /// `own` beside the labels of `base`, which count more where keys are equal. The keys of `own` differ.
  public init(_ own: [Label], base: Base) {
    self.base = base
    var kept = own
    kept.removeAll { label in base.labels.contains { $0.key == label.key } }
    kept.sort()
    self.own = kept
    prefixes = []
    ownHash = Self.hash(of: kept)
  }

  /// The label with this key, unless it is in `base`.
  public func ownLabel(withKey key: String) -> Label? { own.first { $0.key == key } }

  /// All labels, sorted.
  public var labels: [Label] {
    guard let base else { return own }
    return (base.labels + own).sorted()
  }

  private static func unique(_ labels: some Sequence<Label>) -> [Label] {
    var byKey: [String: Label] = [:]
    for label in labels { byKey[label.key] = label }
    return byKey.values.sorted()
  }

  /// The sum over the labels, so that it does not depend on how they are divided.
  private static func hash(of labels: [Label]) -> Int {
    labels.reduce(0) { $0 &+ $1.hashValue }
  }

  /// Printed form, sorted.
  public var texts: [String] {
    let texts = own.map(\.description).sorted()
    guard let base else { return texts }
    var result: [String] = []
    result.reserveCapacity(texts.count + base.texts.count)
    var rest = base.texts[...]
    for text in texts {
      while let first = rest.first, first < text { result.append(rest.removeFirst()) }
      result.append(text)
    }
    return result + rest
  }
}

extension LabelSet: Hashable {
  public static func == (a: LabelSet, b: LabelSet) -> Bool {
    // Tables of sets compare whatever falls into one bucket, so unequal sets must be told apart without their labels.
    guard a.ownHash &+ (a.base?.hash ?? 0) == b.ownHash &+ (b.base?.hash ?? 0) else { return false }
    if a.base === b.base { return a.own == b.own }
    return a.labels == b.labels
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ownHash &+ (base?.hash ?? 0))
  }
}

extension LabelSet {
  public func contains(_ label: Label) -> Bool {
    own.contains(label) || base?.labels.contains(label) ?? false
  }

  /// In no particular order.
  public func forEach(_ body: (Label) -> Void) {
    base?.labels.forEach(body)
    own.forEach(body)
  }

  public func contains(where isMeant: (Label) -> Bool) -> Bool {
    own.contains(where: isMeant) || base?.labels.contains(where: isMeant) ?? false
  }

  /// The label with this key whose source the selector accepts.
  private func label(source: String, key: String) -> Label? {
    func isMeant(_ label: Label) -> Bool { label.key == key && (source == "any" || source == label.source) }
    return own.first(where: isMeant) ?? base?.labels.first(where: isMeant)
  }

  public func matches(_ requirement: LabelSelector.Requirement) -> Bool {
    let found = label(source: requirement.source, key: requirement.key)
    return switch requirement.operator {
    case .equals, .in: found.map { requirement.values.contains($0.value) } ?? false
    case .notIn: found.map { !requirement.values.contains($0.value) } ?? true
    case .exists: found != nil
    case .doesNotExist: found == nil
    }
  }

  public func matches(_ selector: LabelSelector) -> Bool {
    selector.requirements.allSatisfy(matches)
  }
}

extension Label {
  /// The label of addresses in a block. In keys `:` is written `-`, with a 0 beside a dash at either end.
  public static func cidr(_ prefix: IPPrefix) -> Label {
    guard prefix.isIPv6 else { return Label(source: "cidr", key: prefix.description) }
    var address = String(prefix.address.description.map { $0 == ":" ? "-" : $0 })
    if address.first == "-" { address = "0" + address }
    if address.last == "-" { address += "0" }
    return Label(source: "cidr", key: "\(address)/\(prefix.length)")
  }
}
