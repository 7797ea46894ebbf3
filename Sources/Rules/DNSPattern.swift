/// A name or pattern of a DNS rule or of `toFQDNs`, ready to be compared with names (`cilium-policy.md` §7.5, §16 R1).
///
/// Names are compared lower-cased and with their final dot.
public struct DNSPattern: Sendable, Hashable {
  /// How a run of asterisks is read.
  public enum Dialect: Sendable {
    /// The October 2025 snapshot: each `*` stands for any characters of one label; `*` alone for every name.
    case snapshot
    /// Release 1.19: a pattern of asterisks only matches every name; a leading `**.` stands for one or more labels.
    case release
  }

  private enum Form: Sendable, Hashable {
    case everything
    /// Names whose labels are made of `[-a-zA-Z0-9_]` and not empty, and the root.
    case everyPlainName
    /// A DNS rule without name and pattern.
    case nothing
    case pattern(leadingLabels: Bool, rest: [UInt8])
  }

  private var form: Form

  /// - Parameter forSelector: `toFQDNs`, whose lone `*` matches plain names only.
  public init(matchName: String, matchPattern: String, dialect: Dialect, forSelector: Bool) {
    guard matchName.isEmpty else {
      form = .pattern(leadingLabels: false, rest: Self.fullyQualified(matchName))
      return
    }
    guard !matchPattern.isEmpty || forSelector else {
      form = .nothing
      return
    }
    var pattern = Self.fullyQualified(matchPattern)
    let stars = pattern.prefix { $0 == UInt8(ascii: "*") }.count
    let onlyStars = stars > 0 && pattern.count == stars + 1
    if onlyStars, dialect == .release || matchPattern == "*" {
      form = forSelector ? .everyPlainName : .everything
      return
    }
    let isPrefixed = dialect == .release && stars >= 2 && pattern.count > stars && pattern[stars] == UInt8(ascii: ".")
    if isPrefixed { pattern.removeFirst(stars + 1) }
    form = .pattern(leadingLabels: isPrefixed, rest: pattern)
  }

  /// A name as patterns compare it: lower-cased, with its final dot.
  public static func fullyQualified(_ name: String) -> [UInt8] {
    var bytes = name.utf8.map { $0 >= 0x41 && $0 <= 0x5a ? $0 + 0x20 : $0 }
    if bytes.last != UInt8(ascii: ".") { bytes.append(UInt8(ascii: ".")) }
    return bytes
  }

  public func matches(_ name: String) -> Bool { matches(fullyQualified: Self.fullyQualified(name)) }

  /// - Parameter name: as `fullyQualified` gives it; for many patterns that are compared with one name.
  public func matches(fullyQualified name: [UInt8]) -> Bool {
    switch form {
    case .everything:
      return true
    case .everyPlainName:
      return name == [UInt8(ascii: ".")]
        || name.dropLast().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
          !$0.isEmpty && $0.allSatisfy(Self.isLabelByte)
        }
    case .nothing:
      return false
    case .pattern(let leadingLabels, let rest):
      guard leadingLabels else { return Self.glob(rest[...], name[...]) }
      // At least one whole, non-empty label stands before the rest.
      var start = 0
      while let dot = name[start...].firstIndex(of: UInt8(ascii: ".")) {
        guard dot > start, name[start..<dot].allSatisfy(Self.isLabelByte) else { return false }
        start = dot + 1
        if Self.glob(rest[...], name[start...]) { return true }
      }
      return false
    }
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// `*` stands for any run of label characters, the empty one included. Linear in practice: only the last star is
  /// retried.
  private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var patternIndex = pattern.startIndex
    var textIndex = text.startIndex
    var retry: (pattern: Int, text: Int)?
    while textIndex < text.endIndex {
      if patternIndex < pattern.endIndex, pattern[patternIndex] == UInt8(ascii: "*") {
        retry = (patternIndex + 1, textIndex)
        patternIndex += 1
      } else if patternIndex < pattern.endIndex, pattern[patternIndex] == text[textIndex] {
        patternIndex += 1
        textIndex += 1
      } else if let last = retry, isLabelByte(text[last.text]) {
        retry = (last.pattern, last.text + 1)
        patternIndex = last.pattern
        textIndex = last.text + 1
      } else {
        return false
      }
    }
    return pattern[patternIndex...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
