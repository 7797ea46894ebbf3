public import Rules

/// The DNS rules of one `toPorts` element, ready to judge queries as Cilium's DNS proxy does (`cilium-policy.md` §7.5).
public struct DNSRuleSet: Sendable {
  public enum Decision: Sendable, Hashable {
    /// The number of the first rule that matches; nil when there are no rules.
    case allowed(rule: Int?)
    case refused
  }

  /// The first rule of each name, which most rules are; the others are tried in turn.
  private var names: [String: Int] = [:]
  private var patterns: [(number: Int, pattern: DNSPattern)] = []
  private let isEmpty: Bool

  public init(_ rules: [DNSRule], dialect: DNSPattern.Dialect) {
    isEmpty = rules.isEmpty
    for (number, rule) in rules.enumerated() {
      if rule.matchName.isEmpty {
        patterns.append(
          (number, DNSPattern(matchName: "", matchPattern: rule.matchPattern, dialect: dialect, forSelector: false)))
      } else {
        let name = Self.fullyQualified(rule.matchName)
        if names[name] == nil { names[name] = number }
      }
    }
  }

  /// - Parameter name: as `DNSMessage.policyName` gives it; case and final dot do not matter. nil, a message that the
  ///   proxy cannot read, is refused.
  public func decide(_ name: String?) -> Decision {
    guard let name else { return .refused }
    if isEmpty { return .allowed(rule: nil) }
    let byName = names[Self.fullyQualified(name)]
    let byPattern = patterns.first { $0.pattern.matches(name) }?.number
    guard let first = [byName, byPattern].compactMap({ $0 }).min() else { return .refused }
    return .allowed(rule: first)
  }

  private static func fullyQualified(_ name: String) -> String {
    let bytes = name.utf8.map(asciiLowercased)
    return String(decoding: bytes.last == UInt8(ascii: ".") ? bytes : bytes + [UInt8(ascii: ".")], as: UTF8.self)
  }
}
