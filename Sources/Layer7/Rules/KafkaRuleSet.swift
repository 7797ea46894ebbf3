public import Rules

/// The Kafka rules of one `toPorts` element, ready to judge requests as Cilium's proxy does (`cilium-policy.md` §7.7).
public struct KafkaRuleSet: Sendable {
  public enum Decision: Sendable, Hashable {
    /// The number of the rule that completed the permission; nil when there are no rules.
    case allowed(rule: Int?)
    /// The request is dropped and answered with an authorization error.
    case denied
  }

  private struct CompiledRule: Sendable {
    /// nil: any.
    var keys: Set<Int16>?
    var version: Int16?
    var clientID: [UInt8]
    var topic: [UInt8]
    /// False for a rule that names something unknown, which Cilium refuses before it gets here.
    var isPossible = true
  }

  private let rules: [CompiledRule]

  public init(_ rules: [KafkaRule]) {
    self.rules = rules.map { rule in
      var compiled = CompiledRule(clientID: Array(rule.clientID.utf8), topic: Array(rule.topic.utf8))
      switch (rule.role.lowercased(), rule.apiKey.lowercased()) {
      case ("produce", _): compiled.keys = [0, 3, 18]
      case ("consume", _): compiled.keys = [1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 18]
      case ("", ""): compiled.keys = nil
      case ("", let name):
        if let key = KafkaRequest.keyNames.firstIndex(of: name) {
          compiled.keys = [Int16(key)]
        } else {
          compiled.isPossible = false
        }
      default: compiled.isPossible = false
      }
      if !rule.apiVersion.isEmpty {
        compiled.version = Int16(rule.apiVersion)
        if compiled.version == nil { compiled.isPossible = false }
      }
      return compiled
    }
  }

  /// Rules with topics may cover a request of several topics together; one without a topic allows at once.
  public func decide(_ request: KafkaRequest, in bytes: RawSpan) -> Decision {
    if rules.isEmpty { return .allowed(rule: nil) }
    var uncovered = request.topics
    for (number, rule) in rules.enumerated() where matches(rule, request, bytes) {
      guard !rule.topic.isEmpty, request.canNameTopics else { return .allowed(rule: number) }
      // The topics of a request that could not be read are not known to be allowed.
      guard uncovered != nil else { continue }
      uncovered?.removeAll { Self.isEqual(rule.topic, bytes.part($0)) }
      if uncovered?.isEmpty == true { return .allowed(rule: number) }
    }
    return .denied
  }

  private func matches(_ rule: CompiledRule, _ request: KafkaRequest, _ bytes: RawSpan) -> Bool {
    guard rule.isPossible, rule.keys?.contains(request.apiKey) ?? true,
      rule.version == nil || rule.version == request.apiVersion
    else { return false }
    if rule.clientID.isEmpty { return true }
    guard let clientID = request.clientID else { return false }
    return Self.isEqual(rule.clientID, bytes.part(clientID))
  }

  private static func isEqual(_ text: [UInt8], _ part: RawSpan) -> Bool {
    guard text.count == part.byteCount else { return false }
    for index in text.indices where text[index] != part.byte(index) { return false }
    return true
  }
}
