/// One pattern of `serverNames` in a Cilium policy, as Envoy matches it against the name that a client asks for.
///
/// Case does not matter. `*.` in front stands for exactly one label, `**.` for one or more; any other use of `*` matches
/// nothing, and neither does a pattern with a trailing dot, as names in a ClientHello have none.
public struct ServerNameMatcher: Sendable, Hashable {
  private enum Form: Sendable, Hashable {
    case exact
    /// One label, then the suffix.
    case oneLabel
    /// One or more labels, then the suffix.
    case labels
    case nothing
  }

  private let form: Form
  /// In lower case; with the dot in front of it where labels precede.
  private let suffix: [UInt8]

  public init(_ pattern: String) {
    let bytes = pattern.utf8.map(asciiLowercased)
    let star = UInt8(ascii: "*")
    let dot = UInt8(ascii: ".")
    let stars = bytes.prefix { $0 == star }.count
    let rest = Array(bytes.dropFirst(stars))
    if rest.contains(star) || rest.isEmpty || rest.last == dot || (stars > 0 && rest.first != dot) {
      form = .nothing
    } else {
      switch stars {
      case 0: form = .exact
      case 1: form = .oneLabel
      case 2: form = .labels
      default: form = .nothing
      }
    }
    suffix = rest
  }

  /// Whether the name of a ClientHello matches; a hello without one never does.
  public func matches(_ serverName: String) -> Bool {
    var name = serverName
    return name.withUTF8 { matches($0) }
  }

  private func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard form != .nothing, name.count >= suffix.count, !name.isEmpty else { return false }
    let labels = name.count - suffix.count
    for (index, byte) in suffix.enumerated() where asciiLowercased(name[labels + index]) != byte { return false }
    switch form {
    case .exact: return labels == 0
    case .oneLabel: return labels > 0 && !name.prefix(labels).contains(UInt8(ascii: "."))
    case .labels: return labels > 0 && name[0] != UInt8(ascii: ".")
    case .nothing: return false
    }
  }
}
