/// A pod or service by namespace and the beginning of its name.
struct NamePattern: Sendable, Hashable {
  /// Empty for any.
  var namespace: String
  /// Empty for any.
  var prefix: String

  /// Reads `namespace/prefix`, `namespace/`, `/prefix`, `/`, or a prefix alone, which is in the namespace `default`.
  init(_ text: String) throws(FlowFilterError) {
    guard !text.isEmpty else { throw FlowFilterError("empty; must be [NAMESPACE/]NAME or NAMESPACE/") }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1 else {
      namespace = "default"
      prefix = text
      return
    }
    namespace = String(parts[0])
    prefix = String(parts[1])
  }

  func matches(namespace eventNamespace: String, name: String) -> Bool {
    if eventNamespace.isEmpty, name.isEmpty { return false }
    return (namespace.isEmpty || namespace == eventNamespace) && (prefix.isEmpty || name.hasPrefix(prefix))
  }

  /// An expression for any of the DNS names, in which `*` stands for any of their characters.
  static func fqdns(_ patterns: [String]) throws(FlowFilterError) -> RegularExpression {
    let parts = try patterns.map { pattern throws(FlowFilterError) in try expression(forName: pattern) }
    return try RegularExpression("\\A(?:\(parts.joined(separator: "|")))\\z")
  }

  /// An expression for any of the nodes, each given as `node`, `cluster/node` or `cluster/`.
  static func nodeNames(_ patterns: [String]) throws(FlowFilterError) -> RegularExpression {
    let any = "(?:[-0-9_a-z]+(?:\\.[-0-9_a-z]+)*)"
    let parts = try patterns.map { pattern throws(FlowFilterError) in
      guard !pattern.isEmpty else { throw FlowFilterError("empty") }
      let elements = pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard elements.count <= 2 else { throw FlowFilterError("\"\(pattern)\" has more than one slash") }
      let cluster = elements.count == 2 ? elements[0] : ""
      let node = elements.count == 2 ? elements[1] : pattern
      return (cluster.isEmpty ? any : try expression(forName: cluster)) + "/"
        + (node.isEmpty ? any : try expression(forName: node))
    }
    return try RegularExpression("\\A(?:\(parts.joined(separator: "|")))\\z")
  }

  private static func expression(forName pattern: String) throws(FlowFilterError) -> String {
    var name = pattern.lowercased()[...]
    while let first = name.first, first.isWhitespace { name.removeFirst() }
    while let last = name.last, last.isWhitespace { name.removeLast() }
    if name.hasSuffix(".") { name.removeLast() }
    guard !name.isEmpty, !name.hasSuffix(".") else { throw FlowFilterError("\"\(pattern)\" is not a name") }
    var expression = ""
    for character in name.unicodeScalars {
      switch character {
      case ".": expression += "\\."
      case "*": expression += "[-.0-9a-z]*"
      case "-", "_", "0"..."9", "a"..."z": expression.unicodeScalars.append(character)
      default: throw FlowFilterError("\"\(pattern)\": a name cannot have the character \"\(character)\"")
      }
    }
    return expression
  }
}
