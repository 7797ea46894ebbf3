import Addresses

/// Why a line is not an event: the field and what is wrong with it.
public struct FlowReadError: Error, Hashable, CustomStringConvertible {
  /// From the outermost message, such as `flow.IP.source`; empty when the line is not JSON.
  public var path: String
  public var reason: String

  public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

/// Reads the fields of one protobuf message from its JSON, by their proto names or in lower camel case.
///
/// An absent field reads as its zero, as `null` does. Unknown fields are ignored.
struct MessageReader {
  private let members: [JSONValue.Member]
  let path: String

  init(_ value: JSONValue, path: String) throws(FlowReadError) {
    guard case .object(let members) = value else { throw FlowReadError(path: path, reason: "not an object") }
    self.members = members
    self.path = path
  }

  func error(_ field: String, _ reason: String) -> FlowReadError {
    FlowReadError(path: path.isEmpty ? field : "\(path).\(field)", reason: reason)
  }

  private func value(_ field: String) -> JSONValue? {
    let camel = Self.lowerCamel(field)
    guard let member = members.last(where: { $0.name == field || $0.name == camel }), member.value != .null else {
      return nil
    }
    return member.value
  }

  private static func lowerCamel(_ name: String) -> String {
    guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
    var parts = name.split(separator: "_").map(String.init)
    for index in parts.indices.dropFirst() {
      parts[index] = parts[index].prefix(1).uppercased() + parts[index].dropFirst()
    }
    return parts.joined()
  }

  func message(_ field: String) throws(FlowReadError) -> MessageReader? {
    guard let value = value(field) else { return nil }
    return try MessageReader(value, path: path.isEmpty ? field : "\(path).\(field)")
  }

  func messages(_ field: String) throws(FlowReadError) -> [MessageReader] {
    var messages: [MessageReader] = []
    for (index, value) in try list(field).enumerated() {
      messages.append(try MessageReader(value, path: "\(path).\(field)[\(index)]"))
    }
    return messages
  }

  private func list(_ field: String) throws(FlowReadError) -> [JSONValue] {
    guard let value = value(field) else { return [] }
    guard case .array(let values) = value else { throw error(field, "not a list") }
    return values
  }

  func text(_ field: String) throws(FlowReadError) -> String {
    guard let value = value(field) else { return "" }
    guard case .string(let text) = value else { throw error(field, "not a string") }
    return text
  }

  func texts(_ field: String) throws(FlowReadError) -> [String] {
    var texts: [String] = []
    for value in try list(field) {
      guard case .string(let text) = value else { throw error(field, "not a list of strings") }
      texts.append(text)
    }
    return texts
  }

  /// A whole number, written as a number or as a string.
  func number<Number: FixedWidthInteger>(_ field: String) throws(FlowReadError) -> Number {
    try optionalNumber(field) ?? 0
  }

  func optionalNumber<Number: FixedWidthInteger>(_ field: String) throws(FlowReadError) -> Number? {
    guard let value = value(field) else { return nil }
    switch value {
    case .number(let digits), .string(let digits):
      if let number = Number(digits) { return number }
      if let number = Double(digits), let exact = Number(exactly: number) { return exact }
      throw error(field, "not a whole number from \(Number.min) to \(Number.max)")
    default:
      throw error(field, "not a number")
    }
  }

  func flag(_ field: String) throws(FlowReadError) -> Bool? {
    guard let value = value(field) else { return nil }
    guard case .bool(let flag) = value else { throw error(field, "neither true nor false") }
    return flag
  }

  /// An enumeration by name or number. A number without a name reads as `zero`.
  func enumeration<Value: ProtobufEnum>(_ field: String, zero: Value) throws(FlowReadError) -> Value {
    switch value(field) {
    case nil: return zero
    case .string(let name):
      guard let value = Value(protobufName: name) else { throw error(field, "unknown name \"\(name)\"") }
      return value
    default: return Value(rawValue: try number(field)) ?? zero
    }
  }

  func enumerations<Value: ProtobufEnum>(_ field: String) throws(FlowReadError) -> [Value] {
    try list(field).map { item throws(FlowReadError) in
      let value: Value?
      switch item {
      case .string(let name): value = Value(protobufName: name)
      case .number(let digits): value = Int32(digits).flatMap { Value(rawValue: $0) }
      default: value = nil
      }
      guard let value else { throw error(field, "not a list of known names") }
      return value
    }
  }

  func numbers<Number: FixedWidthInteger>(_ field: String) throws(FlowReadError) -> [Number] {
    try list(field).map { item throws(FlowReadError) in
      switch item {
      case .number(let digits), .string(let digits):
        if let number = Number(digits) { return number }
        fallthrough
      default:
        throw error(field, "not a list of whole numbers from \(Number.min) to \(Number.max)")
      }
    }
  }

  func flags(_ field: String) throws(FlowReadError) -> [Bool] {
    try list(field).map { item throws(FlowReadError) in
      guard case .bool(let flag) = item else { throw error(field, "not a list of true and false") }
      return flag
    }
  }

  func time(_ field: String) throws(FlowReadError) -> Int64? {
    guard let value = value(field) else { return nil }
    guard case .string(let text) = value, let time = Timestamp.read(text) else {
      throw error(field, "not a time of the years 1677 to 2262 in RFC 3339")
    }
    return time
  }

  func address(_ field: String) throws(FlowReadError) -> IPAddress? {
    let text = try text(field)
    if text.isEmpty { return nil }
    guard let address = IPAddress(text) else { throw error(field, "\"\(text)\" is not an IP address") }
    return address
  }

  /// A link-layer address, six bytes parted by colons; 0 when absent.
  func macAddress(_ field: String) throws(FlowReadError) -> UInt64 {
    let text = try text(field)
    if text.isEmpty { return 0 }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var address: UInt64 = 0
    for part in parts {
      guard part.utf8.count == 2, let byte = UInt8(part, radix: 16) else {
        throw error(field, "\"\(text)\" is not a link-layer address")
      }
      address = address << 8 | UInt64(byte)
    }
    guard parts.count == 6 else { throw error(field, "\"\(text)\" is not a link-layer address") }
    return address
  }

  /// A field of any JSON form.
  func any(_ field: String) -> JSONValue? { value(field) }
}
