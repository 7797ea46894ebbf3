import Manifest

/// An object without the values that its schema refuses: what would remain of it once they are corrected. Only for
/// telling what else is odd about an object that is refused anyway.
enum SchemaRepair {
  /// nil when nothing can be taken out to make the object decodable.
  static func repaired(_ value: Value, without findings: [SchemaFinding]) -> Value? {
    var result = value
    // Backwards, so that positions in lists stay true.
    for finding in findings.reversed() {
      guard case .violation = finding.kind else { continue }
      remove(finding.refusal.path.steps[...], from: &result)
    }
    return result == value ? nil : result
  }

  private static func remove(_ steps: ArraySlice<FieldPath.Step>, from value: inout Value) {
    guard let step = steps.first else { return }
    let rest = steps.dropFirst()
    switch (step, value.content) {
    case (.key(let key), .map(var members)):
      guard let index = members.lastIndex(where: { $0.key == key }) else { return }
      if rest.isEmpty { members.remove(at: index) } else { remove(rest, from: &members[index].value) }
      value.content = .map(members)
    case (.index(let index), .list(var elements)):
      guard elements.indices.contains(index) else { return }
      if rest.isEmpty { elements.remove(at: index) } else { remove(rest, from: &elements[index]) }
      value.content = .list(elements)
    default: return
    }
  }
}

extension FieldPath {
  enum Step {
    case key(String)
    case index(Int)
  }

  /// From the root on.
  var steps: [Step] {
    switch self {
    case .root: []
    case .key(let parent, let name): parent.steps + [.key(name)]
    case .index(let parent, let index): parent.steps + [.index(index)]
    }
  }
}
