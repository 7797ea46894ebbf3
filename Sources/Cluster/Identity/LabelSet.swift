public import Addresses

/// The labels of one identity: at most one per key, sorted. Prefix labels are kept parsed, as selectors compare them by
/// containment.
public struct LabelSet: Hashable, Sendable {
  public private(set) var labels: [Label] = []
  /// The blocks named by `cidr:` labels.
  public private(set) var prefixes: [IPPrefix] = []

  /// Of labels with equal keys the last one stays.
  public init(_ labels: some Sequence<Label>, prefixes: some Sequence<IPPrefix> = []) {
    var byKey: [String: Label] = [:]
    for label in labels { byKey[label.key] = label }
    self.prefixes = Set(prefixes).sorted()
    for prefix in self.prefixes {
      let label = Label.cidr(prefix)
      byKey[label.key] = label
    }
    self.labels = byKey.values.sorted()
  }

  public func contains(_ label: Label) -> Bool { labels.contains(label) }

  public func isEqual(_ reserved: String) -> Bool { labels == [.reserved(reserved)] }

  /// The label with this key whose source the selector accepts.
  private func label(source: String, key: String) -> Label? {
    labels.first { $0.key == key && (source == "any" || source == $0.source) }
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

  /// Printed form, sorted.
  public var texts: [String] { labels.map(\.description).sorted() }
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
