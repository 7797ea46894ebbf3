import Addresses

/// Formats and patterns of strings in the schemas.
enum StringFormat: Sendable {
  case cidr
  /// Labels of letters, digits, dashes and underscores; a trailing dot is allowed.
  case domainName
  /// The same with asterisks.
  case domainPattern
  /// A domain name, `*.` or `**.` before it allowed.
  case serverName
  /// As the CRD's pattern has it, which is not anchored as its authors meant: everything that begins with a digit
  /// passes, and everything that ends like a service name.
  case port
  case labelValue
  /// A number below 256 or a type name.
  case icmpType
  case subdomain
  case printable

  func accepts(_ text: String) -> Bool {
    switch self {
    case .cidr: IPPrefix(text) != nil
    case .domainName: Self.isDomain(text[...], extra: nil)
    case .domainPattern: Self.isDomain(text[...], extra: UInt8(ascii: "*"))
    case .serverName: Self.isDomain(text.dropPrefix("**.") ?? text.dropPrefix("*.") ?? text[...], extra: nil)
    case .port: Self.looksLikePort(Array(text.utf8))
    case .labelValue: LabelSyntax.fault(inValue: text) == nil
    case .icmpType: Self.isICMPType(text)
    case .subdomain: LabelSyntax.isSubdomain(text[...])
    case .printable: text.unicodeScalars.allSatisfy(Self.isPrintable)
    }
  }

  /// What the text should be, for messages.
  var expectation: String {
    switch self {
    case .cidr: "must be of type cidr, such as 10.0.0.0/8"
    case .domainName: "should be a domain name"
    case .domainPattern: "should be a domain name in which * may stand for characters"
    case .serverName: "should be a domain name, with at most one leading *. or **."
    case .port: "should be a port number or a service name"
    case .labelValue: "should be a valid label value"
    case .icmpType: "should be a number in 0…255 or the CamelCase name of an ICMP type"
    case .subdomain: "should be a lower-case DNS subdomain"
    case .printable: "should have printable characters only"
    }
  }

  private static func isDomain(_ text: Substring, extra: UInt8?) -> Bool {
    var previousIsDot = true
    for byte in text.utf8 {
      let isDot = byte == UInt8(ascii: ".")
      let isOrdinary = byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == extra
      guard isDot ? !previousIsDot : isOrdinary else { return false }
      previousIsDot = isDot
    }
    return !text.isEmpty
  }

  private static func looksLikePort(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    if first.isDigit { return true }
    guard last.isAlphanumeric else { return false }
    for index in bytes.indices.reversed() {
      if bytes[index].isLetter { return true }
      if bytes[index].isDigit { continue }
      guard bytes[index] == UInt8(ascii: "-"), index > 0, bytes[index - 1].isAlphanumeric else { return false }
    }
    return false
  }

  /// The CRD misspells ExtendedEchoReply, so that only its number passes.
  private static func isICMPType(_ text: String) -> Bool {
    if let number = UInt8(text) { return String(number) == text }
    if text == "ExtendedEchoReply" { return false }
    return ICMPType.ipv4[text] != nil || ICMPType.ipv6[text] != nil
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}

extension String {
  /// The rest after `prefix`; nil when the text does not begin so.
  fileprivate func dropPrefix(_ prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
