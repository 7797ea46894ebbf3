/// Label selectors, as CRDs and built-in types share them.
enum SelectorSchema {
  static let operators = ["In", "NotIn", "Exists", "DoesNotExist"]

  /// `checksValues` is what Cilium's CRD adds: the syntax of `matchLabels` values.
  static func selector(checksValues: Bool) -> Schema {
    .object([
      "matchLabels": .stringMap(checksValues ? StringSchema(format: .labelValue, length: 0...63) : StringSchema()),
      "matchExpressions": .list(
        of: .object(
          ["key": .string, "operator": .string(oneOf: operators), "values": .strings], required: ["key", "operator"])),
    ])
  }
}
