import Manifest

/// Something that a schema does not allow.
struct SchemaFinding: Sendable {
  enum Kind: Sendable {
    case violation
    /// A field that the schema does not know; `known` are those that it knows at this place.
    case unknownField(name: String, parent: Field)
  }

  var kind: Kind
  var refusal: Refusal

  var isUnknownField: Bool {
    if case .unknownField = kind { true } else { false }
  }
}

/// Compares a value with a schema; collects all findings in the order of the file.
struct SchemaValidator {
  /// In CRDs a null is a value of the wrong type; in Kubernetes' built-in types it is an absent field.
  var nullsAreAbsent = false
  /// A known field with an empty text is reported as an unknown one (`Compatibility.checksObjectsByLeaves`).
  var emptyTextsAreUnknown = false
  private(set) var findings: [SchemaFinding] = []
  /// More is of no use to anybody.
  private static let limit = 100

  init(nullsAreAbsent: Bool) {
    self.nullsAreAbsent = nullsAreAbsent
  }

  mutating func check(_ field: Field, _ schema: Schema) {
    if field.value.isNull, nullsAreAbsent { return }
    guard findings.count < Self.limit else { return }
    switch schema {
    case .anything: break
    case .object(let object): check(field, object)
    case .list(let list): check(field, list)
    case .string(let string):
      guard let text = field.value.string else { return mismatch(field, "a string", schema) }
      check(field, text, string)
    case .integer(let range):
      guard let number = field.wholeNumber else { return mismatch(field, "an integer", schema) }
      if !range.contains(number) {
        violation(field, "Invalid value: \(number): should be in \(range.lowerBound)…\(range.upperBound)")
      }
    case .boolean:
      if field.value.boolean == nil { mismatch(field, "a boolean", schema) }
    case .stringMap(let element):
      guard field.value.map != nil else { return mismatch(field, "an object", schema) }
      for (_, member) in field.members { check(member, .string(element)) }
    case .integerOrString(let string):
      if let text = field.value.string { return check(field, text, string) }
      if field.wholeNumber == nil { mismatch(field, "an integer or a string", schema) }
    }
  }

  private mutating func check(_ field: Field, _ schema: ObjectSchema) {
    guard field.value.map != nil else { return mismatch(field, "an object", .object(schema)) }
    let members = field.members
    for (key, member) in members {
      if let known = schema.fields[key], !(emptyTextsAreUnknown && member.value.string == "") {
        check(member, known)
      } else if findings.count < Self.limit {
        let near = schema.fields[key] == nil ? Spelling.nearest(to: key, in: Array(schema.fields.keys)) : nil
        let refusal = member.refusal(
          "unknown field \"\(key)\"", hint: near.map { "did you mean \($0)?" }, identifier: .unknownField)
        findings.append(SchemaFinding(kind: .unknownField(name: key, parent: field), refusal: refusal))
      }
    }
    let present = Set(members.map(\.key))
    for name in schema.required where !present.contains(name) {
      violation(field.missing(name), "Required value")
    }
    if !schema.exactlyOneOf.isEmpty {
      let found = schema.exactlyOneOf.filter(present.contains)
      if found.count != 1 {
        violation(
          field,
          "must validate one and only one schema (oneOf): exactly one of "
            + "\(schema.exactlyOneOf.joined(separator: ", ")) must be present, "
            + (found.isEmpty ? "none is" : "\(found.joined(separator: " and ")) are"))
      }
    }
    if !schema.anyOf.isEmpty, present.isDisjoint(with: schema.anyOf) {
      let names = schema.anyOf.joined(separator: ", ")
      violation(field, "must validate at least one schema (anyOf): one of \(names) must be present")
    }
  }

  private mutating func check(_ field: Field, _ schema: ListSchema) {
    guard field.value.list != nil else { return mismatch(field, "a list", .list(schema)) }
    let elements = field.elements
    if elements.count > schema.count.upperBound {
      violation(field, "Too many: \(elements.count): must have at most \(schema.count.upperBound) items")
    }
    if elements.count < schema.count.lowerBound {
      violation(field, "Too few: \(elements.count): must have at least \(schema.count.lowerBound) items")
    }
    for element in elements { check(element, schema.element) }
    if schema.isSet {
      var seen: Set<String> = []
      for element in elements {
        guard let text = element.value.string, !seen.insert(text).inserted else { continue }
        violation(element, "Duplicate value: \"\(text)\"")
      }
    }
  }

  private mutating func check(_ field: Field, _ text: String, _ schema: StringSchema) {
    if let allowed = schema.allowed, !allowed.contains(text) {
      let near = Spelling.nearest(to: text, in: allowed)
      let values = allowed.map { "\"\($0)\"" }.joined(separator: ", ")
      let hint = near.map { "did you mean \($0)?" }
      violation(field, "Unsupported value: \"\(text)\": supported values: \(values)", hint)
    }
    if text.unicodeScalars.count > schema.length.upperBound {
      violation(field, "Too long: may not be more than \(schema.length.upperBound) characters")
    }
    if text.unicodeScalars.count < schema.length.lowerBound {
      violation(field, "Invalid value: \"\(text)\": should be at least \(schema.length.lowerBound) characters long")
    }
    if let format = schema.format, !format.accepts(text) {
      violation(field, "Invalid value: \"\(text)\": \(format.expectation)")
    }
  }

  private mutating func mismatch(_ field: Field, _ expected: String, _ schema: Schema) {
    violation(
      field, "must be of type \(schema.typeName): \"\(field.value.typeName)\"", field.mismatch(expected: expected).hint,
      .wrongType)
  }

  private mutating func violation(
    _ field: Field, _ message: String, _ hint: String? = nil, _ identifier: WarningIdentifier = .schemaViolation
  ) {
    findings.append(
      SchemaFinding(kind: .violation, refusal: field.refusal(message, hint: hint, identifier: identifier)))
  }
}
