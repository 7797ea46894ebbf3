/// What becomes of an HTTP request under a set of HTTP rules.
public enum HTTPDecision: Sendable, Hashable {
  /// What a matching rule's `headerMatches` do to the request, in the rules' order.
  public enum Effect: Sendable, Hashable {
    case log(name: String)
    case add(name: String, value: String)
    case delete(name: String)
    case replace(name: String, value: String)
  }

  /// The number of the first rule that matches; nil when there are no rules.
  case allowed(rule: Int?, effects: [Effect])
  /// 403.
  case denied
  /// The path has escaped slashes: the client is sent to the unescaped path, and not judged.
  case redirected(path: String)
  /// 400: Envoy reads no request in it.
  case refused

  public var isAllowed: Bool {
    if case .allowed = self { true } else { false }
  }
}
