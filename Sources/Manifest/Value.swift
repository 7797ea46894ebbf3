/// A YAML or JSON value with the place where it was written.
///
/// Scalars are resolved as Kubernetes resolves them (YAML 1.1: an unquoted `yes` is a boolean, `010` is 8).
public struct Value: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case list([Value])
    case map([Member])
  }

  /// One `key: value` pair; keys keep the order of the file, and of equal keys the last counts.
  public struct Member: Sendable, Equatable {
    public var key: String
    public var keyPosition: Position
    public var value: Value

    public init(key: String, keyPosition: Position, value: Value) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  public var content: Content
  public var position: Position

  public init(_ content: Content, at position: Position = .unknown) {
    self.content = content
    self.position = position
  }
}

extension Value {
  public var isNull: Bool { content == .null }

  public var string: String? {
    if case .string(let value) = content { return value }
    return nil
  }

  public var integer: Int64? {
    if case .integer(let value) = content { return value }
    return nil
  }

  public var boolean: Bool? {
    if case .boolean(let value) = content { return value }
    return nil
  }

  public var list: [Value]? {
    if case .list(let value) = content { return value }
    return nil
  }

  public var map: [Member]? {
    if case .map(let value) = content { return value }
    return nil
  }

  /// The value of `key` in a map; nil when absent, null, or when this is no map.
  public subscript(key: String) -> Value? {
    guard let member = member(key), !member.value.isNull else { return nil }
    return member.value
  }

  /// The last member named `key`, a null one included.
  public func member(_ key: String) -> Member? {
    map?.last { $0.key == key }
  }

  /// What this value is, as error messages name it: `string`, `list`, …
  public var typeName: String {
    switch content {
    case .null: "null"
    case .boolean: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .list: "list"
    case .map: "map"
    }
  }

  /// For messages: `a list`, `an integer`, `null`.
  public var typeNameWithArticle: String {
    switch content {
    case .null: typeName
    case .integer: "an \(typeName)"
    default: "a \(typeName)"
    }
  }
}
