/// A structural schema, as a CRD holds one: what an API server checks before it stores an object (§1.4).
indirect enum Schema: Sendable {
  case object(ObjectSchema)
  case list(ListSchema)
  case string(StringSchema)
  case integer(ClosedRange<Int64>)
  case boolean
  /// A map with free keys.
  case stringMap(StringSchema)
  /// `x-kubernetes-int-or-string`; the schema holds for strings only.
  case integerOrString(StringSchema)
  /// Not looked into.
  case anything

  static let string = Schema.string(StringSchema())
  static let strings = Schema.list(ListSchema(element: .string))

  static func string(
    oneOf allowed: [String]? = nil, format: StringFormat? = nil, length: ClosedRange<Int> = 0...Int.max
  ) -> Schema {
    .string(StringSchema(allowed: allowed, format: format, length: length))
  }

  static func list(of element: Schema, count: ClosedRange<Int> = 0...Int.max, isSet: Bool = false) -> Schema {
    .list(ListSchema(element: element, count: count, isSet: isSet))
  }

  static func object(
    _ fields: [String: Schema], required: [String] = [], exactlyOneOf: [String] = [], anyOf: [String] = []
  ) -> Schema {
    .object(ObjectSchema(fields: fields, required: required, exactlyOneOf: exactlyOneOf, anyOf: anyOf))
  }

  /// What messages call the type.
  var typeName: String {
    switch self {
    case .object, .stringMap: "object"
    case .list: "array"
    case .string: "string"
    case .integer: "integer"
    case .boolean: "boolean"
    case .integerOrString: "integer or string"
    case .anything: "value"
    }
  }
}

struct ObjectSchema: Sendable {
  /// Every known field.
  var fields: [String: Schema]
  var required: [String] = []
  /// Exactly one of these must be present; empty: no such demand.
  var exactlyOneOf: [String] = []
  /// At least one of these must be present; empty: no such demand.
  var anyOf: [String] = []
}

struct ListSchema: Sendable {
  var element: Schema
  var count = 0...Int.max
  /// No repeats.
  var isSet = false
}

struct StringSchema: Sendable {
  var allowed: [String]?
  var format: StringFormat?
  /// In characters.
  var length = 0...Int.max
}
