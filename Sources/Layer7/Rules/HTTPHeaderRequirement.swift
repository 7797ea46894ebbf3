import Rules

/// One header that an HTTP rule names, from `headers` or `headerMatches` (`cilium-policy.md` §7.2).
struct HTTPHeaderRequirement: Sendable {
  /// Lower-cased.
  let name: [UInt8]
  /// nil: the header need only be there.
  let value: [UInt8]?
  let mismatch: HTTPRule.HeaderMatch.Mismatch?

  /// An element of `headers`: `Name value` or `Name: value`, or without a space a name alone, colon and all.
  init(element: String) {
    mismatch = nil
    guard let space = element.utf8.firstIndex(of: UInt8(ascii: " ")) else {
      name = Self.lowercased(element.utf8)
      value = nil
      return
    }
    var name = Self.lowercased(element.utf8[..<space])
    if name.last == UInt8(ascii: ":") { name.removeLast() }
    self.name = name
    value = Array(element.utf8[space...].dropFirst())
  }

  /// nil when its secret cannot be had and no value is given: then its rule never matches.
  init?(_ match: HTTPRule.HeaderMatch, secret: (SecretReference) -> String?) {
    name = Self.lowercased(match.name.utf8)
    mismatch = match.mismatch
    if let reference = match.secret {
      guard let value = secret(reference) ?? (match.value.isEmpty ? nil : match.value) else { return nil }
      self.value = Array(value.utf8)
    } else {
      value = match.value.isEmpty && match.mismatch == nil ? nil : Array(match.value.utf8)
    }
  }

  private static func lowercased(_ text: some Sequence<UInt8>) -> [UInt8] { text.map(asciiLowercased) }

  /// The request's value for the header; repeated fields are joined by commas.
  func value(in request: borrowing HTTPRequestView, path: [UInt8]?) -> [UInt8]? {
    switch name {
    case Array(":method".utf8): return Self.copy(request.bytes.part(request.method))
    case Array(":path".utf8):
      if let path { return path }
      return request.path.map { Self.copy(request.bytes.part($0)) }
    case Array(":authority".utf8), Array("host".utf8):
      return request.authority.map { Self.copy(request.bytes.part($0)) }
    default: break
    }
    var joined: [UInt8]?
    for field in request.fields where hasName(field.name, request.bytes) {
      let value = Self.copy(request.bytes.part(field.value))
      joined = joined.map { $0 + [UInt8(ascii: ",")] + value } ?? value
    }
    return joined
  }

  func isMet(by value: [UInt8]?) -> Bool {
    guard let value else { return false }
    return self.value.map { $0 == value } ?? true
  }

  private func hasName(_ range: ByteRange, _ bytes: RawSpan) -> Bool {
    guard Int(range.count) == name.count else { return false }
    for index in name.indices where asciiLowercased(bytes.byte(Int(range.start) + index)) != name[index] {
      return false
    }
    return true
  }

  private static func copy(_ part: RawSpan) -> [UInt8] { part.withUnsafeBytes { Array($0) } }
}
