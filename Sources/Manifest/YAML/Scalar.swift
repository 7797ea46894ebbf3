/// What an unquoted YAML scalar means to Kubernetes, whose YAML library resolves scalars by the rules of YAML 1.1: `yes`
/// is a boolean, `010` is 8. Dates stay text.
enum Scalar {
  static func resolve(_ text: String) -> Value.Content {
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
      return number(text) ?? .string(text)
    case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"),
      UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"),
      UInt8(ascii: "~"):
      // The longest word is `false`.
      return text.utf8.count <= 5 ? words[text] ?? .string(text) : .string(text)
    default: return .string(text)
    }
  }

  private static let words: [String: Value.Content] = {
    var table: [String: Value.Content] = ["~": .null, "null": .null, "Null": .null, "NULL": .null]
    for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
      table[word] = .boolean(true)
    }
    for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
      table[word] = .boolean(false)
    }
    return table
  }()

  private static func number(_ text: String) -> Value.Content? {
    switch text {
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
    default: break
    }
    // As Go's yaml.v2: underscores are allowed anywhere, except in a number that begins with a dot.
    let plain = text.utf8.first == UInt8(ascii: ".") ? text : text.filter { $0 != "_" }
    return integer(plain) ?? decimal(plain)
  }

  /// Decimal, `0x`, `0o`, `0b`, and octal after a leading zero.
  private static func integer(_ text: String) -> Value.Content? {
    var digits = text.utf8[...]
    let negative = digits.first == UInt8(ascii: "-")
    if negative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    var radix: UInt64 = 10
    if digits.first == UInt8(ascii: "0"), digits.count > 1 {
      digits = digits.dropFirst()
      switch digits.first {
      case UInt8(ascii: "x"), UInt8(ascii: "X"): radix = 16
      case UInt8(ascii: "o"), UInt8(ascii: "O"): radix = 8
      case UInt8(ascii: "b"), UInt8(ascii: "B"): radix = 2
      default: radix = 0
      }
      if radix == 0 { radix = 8 } else { digits = digits.dropFirst() }
    }
    guard let magnitude = unsigned(digits, radix) else { return nil }
    if !negative { return Int64(exactly: magnitude).map { .integer($0) } ?? .number(Double(magnitude)) }
    if magnitude == Int64.min.magnitude { return .integer(.min) }
    return Int64(exactly: magnitude).map { .integer(-$0) }
  }

  private static func unsigned(_ digits: Substring.UTF8View, _ radix: UInt64) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var result: UInt64 = 0
    for byte in digits {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x41...0x46: digit = UInt64(byte - 0x41 + 10)
      case 0x61...0x66: digit = UInt64(byte - 0x61 + 10)
      default: return nil
      }
      guard digit < radix else { return nil }
      let (product, overflow) = result.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      result = sum
    }
    return result
  }

  /// Digits with at most one dot among or around them, and an exponent.
  private static func decimal(_ text: String) -> Value.Content? {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix(while: isDigit)
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
      rest = rest.dropFirst(rest.count)
    }
    guard rest.isEmpty, let value = Double(completed(text)), value.isFinite else { return nil }
    return content(of: value)
  }

  /// Swift's `Double` wants digits on both sides of a dot.
  private static func completed(_ text: String) -> String {
    var result = text
    if let dot = result.firstIndex(of: ".") {
      let after = result.index(after: dot)
      if after == result.endIndex || !(result[after].isNumber) { result.insert("0", at: after) }
      if dot == result.startIndex || !(result[result.index(before: dot)].isNumber) { result.insert("0", at: dot) }
    }
    return result
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// A whole number is an integer however it was written: on its way to Kubernetes `8080.0` becomes `8080`.
  static func content(of value: Double) -> Value.Content {
    if let whole = Int64(exactly: value) { return .integer(whole) }
    return .number(value)
  }

  /// A key as JSON needs it, a string; nil for null, which cannot be one.
  static func key(_ content: Value.Content) -> String? {
    switch content {
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .boolean(let value): return value ? "true" : "false"
    case .number(let number):
      if number.isNaN { return ".nan" }
      if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
      let text = Float(number).description
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    case .null, .list, .map: return nil
    }
  }
}
