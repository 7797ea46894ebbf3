/// A conjunction of demands on an identity's labels. Without any demand it selects everything.
public struct LabelSelector: Hashable, Sendable {
  /// One demand on one key.
  public struct Requirement: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable {
      /// A `matchLabels` pair: like `in` with a single value, but written differently, and two selectors are one to
      /// Cilium only if they are written alike.
      case equals = "="
      case `in` = "In"
      case notIn = "NotIn"
      case exists = "Exists"
      case doesNotExist = "DoesNotExist"
    }

    /// `any` accepts a label of every source.
    public var source: String
    public var key: String
    public var `operator`: Operator
    public var values: [String]

    public init(source: String, key: String, _ operator: Operator, _ values: [String] = []) {
      self.source = source
      self.key = key
      self.operator = `operator`
      self.values = values
    }

    /// The key as Cilium stores it: `source.key`.
    public var extendedKey: String { "\(source).\(key)" }
  }

  /// `matchLabels` sorted by extended key, then `matchExpressions` as written.
  public var requirements: [Requirement]

  public init(_ requirements: [Requirement] = []) {
    self.requirements = requirements
  }

  /// Selects everything.
  public static let wildcard = LabelSelector()

  public var isWildcard: Bool { requirements.isEmpty }

  /// Selects the identities that carry `reserved:name`.
  public static func reserved(_ name: String) -> LabelSelector {
    LabelSelector([Requirement(source: "reserved", key: name, .equals, [""])])
  }
}

extension LabelSelector: CustomStringConvertible {
  public var description: String {
    guard !isWildcard else { return "{}" }
    return requirements.map { requirement in
      let key = "\(requirement.source):\(requirement.key)"
      switch requirement.operator {
      case .equals: return requirement.values == [""] ? key : "\(key)=\(requirement.values.first ?? "")"
      case .in: return "\(key) in (\(requirement.values.joined(separator: ",")))"
      case .notIn: return "\(key) notin (\(requirement.values.joined(separator: ",")))"
      case .exists: return "\(key) exists"
      case .doesNotExist: return "!\(key)"
      }
    }.joined(separator: ", ")
  }
}
