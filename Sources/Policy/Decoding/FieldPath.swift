/// The way from the root of an object to one of its fields, as messages print it: `spec.ingress[0].toPorts[1]`.
///
/// Kept as a chain, because almost no path is ever printed.
indirect enum FieldPath: Sendable {
  case root
  case key(FieldPath, String)
  case index(FieldPath, Int)

  /// The steps from the root, list positions left out: what a rule about "every `toPorts` of a deny list" looks at.
  var keys: [String] {
    switch self {
    case .root: []
    case .key(let parent, let name): parent.keys + [name]
    case .index(let parent, _): parent.keys
    }
  }

  /// The last key; nil at the root.
  var lastKey: String? {
    switch self {
    case .root: nil
    case .key(_, let name): name
    case .index(let parent, _): parent.lastKey
    }
  }
}

extension FieldPath: CustomStringConvertible {
  var description: String {
    switch self {
    case .root: ""
    case .key(.root, let name): name
    case .key(let parent, let name): "\(parent).\(name)"
    case .index(let parent, let index): "\(parent)[\(index)]"
    }
  }
}
