import Cluster

/// A selector with its keys converted to Cilium's extended form (`source.key`), while it is still being rewritten.
///
/// `matchLabels` and `matchExpressions` stay apart, since Cilium keeps them apart and compares selectors as written.
struct SelectorDraft {
  struct Expression {
    /// Extended.
    var key: String
    var `operator`: String
    var values: [String]
  }

  /// By extended key.
  var labels: [String: String] = [:]
  var expressions: [Expression] = []
  /// Some requirement is malformed: Cilium then drops them all, and the selector selects nothing. Only selectors that
  /// are not sanitized get so far, those of NetworkPolicy and of services.
  private(set) var isMalformed = false

  init() {}

  /// Converts the keys of a CNP or CCNP selector (`cilium-policy.md` §2.2).
  init(_ document: SelectorDocument) {
    self.init(document, convert: ExtendedKey.convert)
    isMalformed = Self.isMalformed(labels, expressions)
  }

  /// Takes the keys verbatim after `prefix`, which ends in the dot: NetworkPolicy (`k8s.`) and CIDR groups.
  init(_ document: SelectorDocument, prefix: String) {
    self.init(document) { prefix + $0 }
    let plain = document.expressions.map { Expression(key: $0.key, operator: $0.operator, values: $0.values) }
    isMalformed = Self.isMalformed(document.labels, plain)
  }

  private init(_ document: SelectorDocument, convert: (String) -> String) {
    // Two keys may become one; of these Cilium keeps any, here it is the last by name.
    for (key, value) in document.labels.sorted(by: { $0.key < $1.key }) { labels[convert(key)] = value }
    expressions = document.expressions.map {
      Expression(key: convert($0.key), operator: $0.operator, values: $0.values)
    }
  }

  func hasKey(_ keys: String...) -> Bool {
    keys.contains { labels[$0] != nil } || expressions.contains { keys.contains($0.key) }
  }

  func hasKey(withPrefix prefixes: String...) -> Bool {
    func matches(_ key: String) -> Bool { prefixes.contains { key.hasPrefix($0) } }
    return labels.keys.contains(where: matches) || expressions.contains { matches($0.key) }
  }

  mutating func addExists(_ key: String) {
    expressions.append(Expression(key: key, operator: "Exists", values: []))
  }

  /// Takes in the demands of another selector; where both have a label, the other's counts.
  mutating func add(_ other: SelectorDraft) {
    labels.merge(other.labels) { $1 }
    expressions += other.expressions
    isMalformed = isMalformed || other.isMalformed
  }

  private static func isMalformed(_ labels: [String: String], _ expressions: [Expression]) -> Bool {
    labels.contains { LabelSyntax.fault(inKey: $0.key) != nil || LabelSyntax.fault(inValue: $0.value) != nil }
      || expressions.contains { SelectorSanitizer.fault(in: $0) != nil }
  }

  /// The finished selector: `matchLabels` by extended key, then `matchExpressions` as written.
  var selector: LabelSelector {
    guard !isMalformed else { return .nothing }
    var requirements = labels.sorted { $0.key < $1.key }.map { key, value in
      LabelSelector.Requirement(extendedKey: key, .equals, [value])
    }
    for expression in expressions {
      guard let `operator` = LabelSelector.Requirement.Operator(rawValue: expression.operator) else { return .nothing }
      requirements.append(
        LabelSelector.Requirement(extendedKey: expression.key, `operator`, expression.values))
    }
    return LabelSelector(requirements)
  }
}

/// Cilium's stored form of selector keys: `source.key`.
enum ExtendedKey {
  static let namespace = "k8s.\(LabelKey.namespace)"
  static let anyNamespace = "any.\(LabelKey.namespace)"
  static let cluster = "k8s.\(LabelKey.cluster)"
  static let anyCluster = "any.\(LabelKey.cluster)"
  static let initialising = "reserved.init"
  static let remoteNode = "reserved.remote-node"

  /// `k8s:app` becomes `k8s.app`, `app` becomes `any.app`; `reserved.x` and `$x` are spellings of `reserved:x`, and text
  /// from a `=` on is cut.
  static func convert(_ key: String) -> String {
    let (source, rest) = split(key)
    let name = rest.prefix { $0 != "=" }
    return "\(source.isEmpty ? "any" : source).\(name)"
  }

  private static func split(_ key: String) -> (source: Substring, rest: Substring) {
    if key.hasPrefix("$") { return ("reserved", key.dropFirst()) }
    if let colon = key.firstIndex(of: ":") { return (key[..<colon], key[key.index(after: colon)...]) }
    if key.hasPrefix("reserved.") { return ("reserved", key.dropFirst("reserved.".count)) }
    return ("", key[...])
  }
}

extension LabelSelector.Requirement {
  /// Takes an extended key apart at its first dot, where Cilium does.
  init(extendedKey: String, _ operator: Operator, _ values: [String]) {
    guard let dot = extendedKey.firstIndex(of: ".") else {
      self.init(source: "any", key: extendedKey, `operator`, values)
      return
    }
    self.init(
      source: String(extendedKey[..<dot]), key: String(extendedKey[extendedKey.index(after: dot)...]), `operator`,
      values)
  }
}

extension LabelSelector {
  /// Selects no identity: no label has a value out of none.
  static let nothing = LabelSelector([Requirement(source: "any", key: "", .in, [])])
}
