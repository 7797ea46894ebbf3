import Manifest

/// A value together with the way to it.
struct Field: Sendable {
  let value: Value
  let path: FieldPath
  /// Where the field begins: its key, so that an empty or multi-line value is found too.
  let position: Position

  init(root value: Value) {
    self.value = value
    path = .root
    position = value.position
  }

  private init(value: Value, path: FieldPath, position: Position) {
    self.value = value
    self.path = path
    self.position = position
  }

  /// The member `key`; nil when absent, null, or when this is no map. As in Kubernetes' decoder, case matters.
  subscript(key: String) -> Field? {
    guard let member = value.member(key), !member.value.isNull else { return nil }
    return Field(value: member.value, path: .key(path, key), position: member.keyPosition)
  }

  /// The place of `key` in this object, for messages about a field that is missing.
  func missing(_ key: String) -> Field {
    Field(value: Value(.null, at: position), path: .key(path, key), position: position)
  }

  /// Every member of a map, null ones included.
  var members: [(key: String, field: Field)] {
    (value.map ?? []).map { member in
      (member.key, Field(value: member.value, path: .key(path, member.key), position: member.keyPosition))
    }
  }

  /// Every element of a list, null ones included.
  var elements: [Field] {
    (value.list ?? []).enumerated().map { index, element in
      Field(value: element, path: .index(path, index), position: element.position)
    }
  }

  func refusal(
    _ message: String, hint: String? = nil, identifier: WarningIdentifier = .refused
  ) -> Refusal {
    Refusal(path: path, position: position, message: message, hint: hint, identifier: identifier)
  }
}

/// A decoded value that remembers where it stands.
struct Located<Content: Sendable>: Sendable {
  var content: Content
  var field: Field
}
