public import Rules

/// The HTTP rules of one `toPorts` element, ready to judge requests as Cilium configures Envoy to
/// (`cilium-policy.md` §7.2).
///
/// A decision costs about the same for one rule and for thousands: patterns of all rules are matched at once, and only
/// the rules whose path (or else host, or else method) matched are looked at.
public final class HTTPRuleSet: Sendable {
  private struct CompiledRule: Sendable {
    /// Numbers of patterns in their sets; nil when the rule does not ask.
    var path: Int?
    var method: Int?
    var host: Int?
    var headers: [HTTPHeaderRequirement]
  }

  private let rules: [CompiledRule]
  private let paths: PatternSet
  private let methods: PatternSet
  private let hosts: PatternSet
  /// By the number of a pattern: the rules to be looked at when it matches.
  private let rulesOfPath: [[Int]]
  private let rulesOfHost: [[Int]]
  private let rulesOfMethod: [[Int]]
  /// Rules that ask for neither.
  private let otherRules: [Int]
  private let hasActions: Bool
  private let normalizesPath: Bool
  private let isEmpty: Bool

  /// - Parameters:
  ///   - normalizesPath: the option `http-normalize-path`.
  ///   - secret: the text of a secret of `headerMatches`, nil when it cannot be had.
  public init(
    _ rules: [HTTPRule], normalizesPath: Bool = true, secret: (SecretReference) -> String? = { _ in nil }
  ) throws(L7RuleError) {
    var patterns = Array(repeating: Patterns(), count: 3)
    var compiled: [CompiledRule] = []
    var others: [Int] = []
    for rule in rules {
      let number = compiled.count
      var headers = rule.headers.map { HTTPHeaderRequirement(element: $0) }
      var isPossible = true
      for match in rule.headerMatches {
        guard let requirement = HTTPHeaderRequirement(match, secret: secret) else {
          isPossible = false
          continue
        }
        headers.append(requirement)
      }
      let compiledRule = CompiledRule(
        path: patterns[0].number(rule.path), method: patterns[2].number(rule.method),
        host: patterns[1].number(rule.host), headers: headers)
      compiled.append(compiledRule)
      guard isPossible else { continue }
      if let path = compiledRule.path {
        patterns[0].rules[path].append(number)
      } else if let host = compiledRule.host {
        patterns[1].rules[host].append(number)
      } else if let method = compiledRule.method {
        patterns[2].rules[method].append(number)
      } else {
        others.append(number)
      }
    }
    self.rules = compiled
    paths = try PatternSet(patterns[0].texts)
    hosts = try PatternSet(patterns[1].texts)
    methods = try PatternSet(patterns[2].texts)
    rulesOfPath = patterns[0].rules
    rulesOfHost = patterns[1].rules
    rulesOfMethod = patterns[2].rules
    otherRules = others
    hasActions = compiled.contains { $0.headers.contains { $0.mismatch != nil } }
    self.normalizesPath = normalizesPath
    isEmpty = rules.isEmpty
  }

  /// The distinct patterns of one part of the rules, and the rules that each leads to.
  private struct Patterns {
    private var numbers: [String: Int] = [:]
    private(set) var texts: [String] = []
    var rules: [[Int]] = []

    mutating func number(_ pattern: String) -> Int? {
      guard !pattern.isEmpty else { return nil }
      if let number = numbers[pattern] { return number }
      numbers[pattern] = texts.count
      texts.append(pattern)
      rules.append([])
      return texts.count - 1
    }
  }

  public func decide(_ request: borrowing HTTPRequestView) -> HTTPDecision {
    var normalized: [UInt8]?
    if normalizesPath, let path = request.path {
      switch HTTPPathNormalization.normalize(request.bytes.part(path)) {
      case .unchanged: break
      case .changed(let path): normalized = path
      case .redirect(let path): return .redirected(path: String(decoding: path, as: UTF8.self))
      case .refused: return .refused
      }
    }
    if isEmpty { return .allowed(rule: nil, effects: []) }
    let candidates = candidates(request, normalized)
    guard hasActions else {
      // Rules are told by the first that matches; candidates come in no order.
      var first: Int?
      for rule in candidates where rule < first ?? .max && meetsHeaders(rule, request, normalized) { first = rule }
      return first.map { .allowed(rule: $0, effects: []) } ?? .denied
    }
    let matching = candidates.sorted().filter { meetsHeaders($0, request, normalized) }
    guard let first = matching.first else { return .denied }
    return .allowed(rule: first, effects: matching.flatMap { effects(of: $0, request, normalized) })
  }

  /// The rules whose path, host and method match.
  private func candidates(_ request: borrowing HTTPRequestView, _ normalized: [UInt8]?) -> [Int] {
    var methodMatches = Matches()
    methods.forEachMatch(request.bytes.part(request.method)) { methodMatches.append($0) }
    var hostMatches = Matches()
    if let authority = request.authority {
      hosts.forEachMatch(request.bytes.part(authority)) { hostMatches.append($0) }
    }
    var candidates: [Int] = []
    let consider = { (rule: Int) in
      let compiled = self.rules[rule]
      if let host = compiled.host, !hostMatches.contains(host) { return }
      if let method = compiled.method, !methodMatches.contains(method) { return }
      candidates.append(rule)
    }
    if let normalized {
      paths.forEachMatch(normalized.span.bytes) { rulesOfPath[$0].forEach(consider) }
    } else if let path = request.path {
      paths.forEachMatch(request.bytes.part(path)) { rulesOfPath[$0].forEach(consider) }
    }
    hostMatches.forEach { rulesOfHost[$0].forEach(consider) }
    methodMatches.forEach { rulesOfMethod[$0].forEach(consider) }
    otherRules.forEach(consider)
    return candidates
  }

  private func meetsHeaders(_ rule: Int, _ request: borrowing HTTPRequestView, _ path: [UInt8]?) -> Bool {
    for header in rules[rule].headers where header.mismatch == nil {
      guard header.isMet(by: header.value(in: request, path: path)) else { return false }
    }
    return true
  }

  private func effects(
    of rule: Int, _ request: borrowing HTTPRequestView, _ path: [UInt8]?
  ) -> [HTTPDecision.Effect] {
    var effects: [HTTPDecision.Effect] = []
    for header in rules[rule].headers {
      guard let mismatch = header.mismatch else { continue }
      let actual = header.value(in: request, path: path)
      if header.isMet(by: actual) { continue }
      let name = String(decoding: header.name, as: UTF8.self)
      let value = String(decoding: header.value ?? [], as: UTF8.self)
      switch mismatch {
      case .log: effects.append(.log(name: name))
      case .add: effects.append(.add(name: name, value: value))
      case .delete: if actual != nil { effects.append(.delete(name: name)) }
      case .replace: effects.append(.replace(name: name, value: value))
      }
    }
    return effects
  }
}

/// A few pattern numbers; most texts match one pattern or none, which needs no memory.
private struct Matches {
  private var first: Int?
  private var others: [Int] = []

  mutating func append(_ number: Int) {
    if first == nil { first = number } else { others.append(number) }
  }

  func contains(_ number: Int) -> Bool { first == number || others.contains(number) }

  func forEach(_ body: (Int) -> Void) {
    guard let first else { return }
    body(first)
    others.forEach(body)
  }
}
