/// Why L7 rules cannot be put into force.
public enum L7RuleError: Error, Sendable, Hashable {
  /// A regular expression that RE2 refuses, with its reason.
  case invalidPattern(String, reason: String)
}

extension L7RuleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidPattern(let pattern, let reason): "\"\(pattern)\" is not a regular expression: \(reason)"
    }
  }
}
