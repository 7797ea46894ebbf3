import Addresses
import Manifest

/// An object that is not what its kind demands.
struct WrongShape: Error {
  var position: Position
  var message: String
  var hint: String?
}

/// A field of an object on its way to the model: a value that may be absent, and what to call it in messages.
///
/// Absent and `null` are the same, as they are to Kubernetes.
struct Field {
  let value: Value?
  let name: String

  init(_ value: Value?, _ name: String) {
    self.value = value
    self.name = name
  }

  var isPresent: Bool { value != nil }

  /// Every reader below throws this when the value is of another type.
  func wrong(_ expected: String, hint: String? = nil) -> WrongShape {
    let found = value.map(Self.describe) ?? "nothing"
    return WrongShape(
      position: value?.position ?? .unknown, message: "\(name): expected \(expected), found \(found)", hint: hint)
  }

  private static func describe(_ value: Value) -> String {
    switch value.content {
    case .null: "null"
    case .boolean(let value): "the boolean \(value)"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .string(let value): "\"\(value.prefix(80))\""
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// The member `key` of a map; absent when this is.
  func callAsFunction(_ key: String) throws(WrongShape) -> Field {
    guard let value else { return Field(nil, key) }
    guard case .map = value.content else { throw wrong("a map") }
    return Field(value[key], key)
  }

  /// The elements of a list; none when absent.
  func elements() throws(WrongShape) -> [Field] {
    guard let value else { return [] }
    guard case .list(let elements) = value.content else { throw wrong("a list") }
    return elements.map { Field($0.isNull ? nil : $0, name) }
  }

  func string() throws(WrongShape) -> String? {
    guard let value else { return nil }
    guard case .string(let text) = value.content else { throw wrong("a string", hint: Self.quoting(value)) }
    return text
  }

  func boolean() throws(WrongShape) -> Bool? {
    guard let value else { return nil }
    guard case .boolean(let flag) = value.content else { throw wrong("true or false") }
    return flag
  }

  func integer<I: FixedWidthInteger>(_: I.Type, _ expected: String) throws(WrongShape) -> I? {
    guard let value else { return nil }
    guard case .integer(let number) = value.content, let result = I(exactly: number) else { throw wrong(expected) }
    return result
  }

  /// A port from 1 to 65535.
  func port() throws(WrongShape) -> UInt16? {
    let number = try integer(UInt16.self, "a port from 1 to 65535")
    if number == 0 { throw wrong("a port from 1 to 65535") }
    return number
  }

  /// Names of transport protocols, TCP when absent.
  func protocolNumber() throws(WrongShape) -> UInt8 {
    switch try string() {
    case nil, "", "TCP": return 6
    case "UDP": return 17
    case "SCTP": return 132
    default: throw wrong("TCP, UDP or SCTP")
    }
  }

  /// Empty text counts as absent: pods without an address have it.
  func address() throws(WrongShape) -> IPAddress? {
    guard let text = try string(), !text.isEmpty else { return nil }
    guard let address = IPAddress(text) else { throw wrong("an IP address") }
    return address
  }

  func prefix() throws(WrongShape) -> IPPrefix? {
    guard let text = try string(), !text.isEmpty else { return nil }
    guard let prefix = IPPrefix(text) else { throw wrong("a CIDR such as 10.0.0.0/24") }
    return prefix
  }

  /// Labels, annotations, selectors: a map of strings. Of equal keys the last counts.
  func stringMap() throws(WrongShape) -> [String: String] {
    guard let value else { return [:] }
    guard case .map(let members) = value.content else { throw wrong("a map of strings") }
    var result: [String: String] = [:]
    result.reserveCapacity(members.count)
    for member in members {
      // An empty value may be written as nothing at all.
      let text = try Field(member.value.isNull ? nil : member.value, "\(name).\(member.key)").string()
      result[member.key] = text ?? ""
    }
    return result
  }

  /// `{ipv4: …, ipv6: …}`
  func addressPair() throws(WrongShape) -> [IPAddress] {
    [try self("ipv4").address(), try self("ipv6").address()].compactMap { $0 }
  }

  /// An unquoted `yes` or `1.2` is text only with quotes.
  static func quoting(_ value: Value) -> String? {
    switch value.content {
    case .boolean: "YAML reads unquoted y, n, yes, no, on, off, true and false as booleans; quote the text"
    case .integer, .number: "quote the number to make it text"
    default: nil
    }
  }
}
