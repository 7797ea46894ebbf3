import Manifest

/// Typed access as Go's `encoding/json` gives it to Cilium's API types: a null is an absent field (and a zero value inside
/// a list), any other wrong type refuses the object, unknown fields are not looked at.
extension Field {
  func object(_ key: String) throws(Refusal) -> Field? {
    guard let field = self[key] else { return nil }
    try field.expectObject()
    return field
  }

  func list(_ key: String) throws(Refusal) -> [Field]? {
    guard let field = self[key] else { return nil }
    guard field.value.list != nil else { throw field.mismatch(expected: "a list") }
    return field.elements
  }

  /// nil when absent; an empty list stays an empty list.
  func objects<Element>(
    _ key: String, _ decode: (Field) throws(Refusal) -> Element
  ) throws(Refusal) -> [Element]? {
    guard let fields = try list(key) else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(fields.count)
    for field in fields {
      try field.expectObject()
      elements.append(try decode(field))
    }
    return elements
  }

  func string(_ key: String) throws(Refusal) -> String? {
    guard let field = self[key] else { return nil }
    return try field.requireString()
  }

  /// The string under `key`, or the empty string: Go's zero value, which Cilium mostly treats as absent.
  func text(_ key: String) throws(Refusal) -> String { try string(key) ?? "" }

  func strings(_ key: String) throws(Refusal) -> [Located<String>]? {
    guard let fields = try list(key) else { return nil }
    var result: [Located<String>] = []
    for field in fields {
      result.append(Located(content: field.value.isNull ? "" : try field.requireString(), field: field))
    }
    return result
  }

  func boolean(_ key: String) throws(Refusal) -> Bool? {
    guard let field = self[key] else { return nil }
    guard let value = field.value.boolean else { throw field.mismatch(expected: "a boolean") }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int64>) throws(Refusal) -> Int64? {
    guard let field = self[key] else { return nil }
    guard let value = field.wholeNumber else { throw field.mismatch(expected: "an integer") }
    guard range.contains(value) else { throw field.refusal("cannot unmarshal number \(value): out of range") }
    return value
  }

  func int32(_ key: String) throws(Refusal) -> Int32? {
    try integer(key, in: Int64(Int32.min)...Int64(Int32.max)).map { Int32(clamping: $0) }
  }

  /// A map of strings to strings; of repeated keys the last counts.
  func stringMap(_ key: String) throws(Refusal) -> [String: String]? {
    guard let field = try object(key) else { return nil }
    return try field.stringMap()
  }

  func stringMap() throws(Refusal) -> [String: String] {
    var result: [String: String] = [:]
    for (key, field) in members {
      result[key] = field.value.isNull ? "" : try field.requireString()
    }
    return result
  }

  /// An integer, also one written with a fraction of zero.
  var wholeNumber: Int64? {
    if case .number(let number) = value.content { return Int64(exactly: number) }
    return value.integer
  }

  func requireString() throws(Refusal) -> String {
    guard let string = value.string else { throw mismatch(expected: "a string") }
    return string
  }

  func expectObject() throws(Refusal) {
    guard value.isNull || value.map != nil else { throw mismatch(expected: "an object") }
  }

  func mismatch(expected: String) -> Refusal {
    var hint: String?
    if expected == "a string" {
      switch value.content {
      case .integer(let number): hint = "put it in quotes: \"\(number)\""
      case .number: hint = "put it in quotes"
      case .boolean: hint = "put it in quotes; unquoted y, n, yes, no, on, off, true and false are booleans in YAML"
      case .map where path.lastKey == "headers":
        hint = "headers are strings; use headerMatches: [{name: …, value: …}]"
      default: break
      }
    } else if expected == "a list", !value.isNull {
      hint = "write it as a list, each element after a dash"
    } else if expected == "an integer", let text = value.string, Int(text) != nil {
      hint = "write it without quotes"
    }
    return refusal(
      "cannot unmarshal \(value.typeName) into this field: expected \(expected)", hint: hint, identifier: .wrongType)
  }
}
