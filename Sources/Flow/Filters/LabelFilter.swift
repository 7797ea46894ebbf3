/// A Kubernetes label selector over labels written `source:key=value`.
///
/// Keys may name a source (`k8s:app`); without one, a label of any source matches.
struct LabelFilter: Sendable, Hashable {
  enum Demand: Sendable, Hashable {
    case exists
    case doesNotExist
    case isIn([String])
    case isNotIn([String])
    case isGreater(Int64)
    case isLess(Int64)
  }

  struct Requirement: Sendable, Hashable {
    /// Nil for any.
    var source: String?
    var key: String
    var demand: Demand
  }

  let requirements: [Requirement]

  init(_ text: String) throws(FlowFilterError) {
    var parser = LabelFilterParser(text)
    requirements = try parser.parse()
  }

  func matches(_ labels: [String]) -> Bool {
    requirements.allSatisfy { $0.holds(for: labels) }
  }
}

extension LabelFilter.Requirement {
  func holds(for labels: [String]) -> Bool {
    guard let value = value(in: labels) else {
      switch demand {
      case .doesNotExist, .isNotIn: return true
      case .exists, .isIn, .isGreater, .isLess: return false
      }
    }
    switch demand {
    case .exists: return true
    case .doesNotExist: return false
    case .isIn(let values): return values.contains { $0 == value }
    case .isNotIn(let values): return !values.contains { $0 == value }
    case .isGreater(let bound): return Int64(value).map { $0 > bound } ?? false
    case .isLess(let bound): return Int64(value).map { $0 < bound } ?? false
    }
  }

  /// The value of the first label with the key, and the source where one was named.
  private func value(in labels: [String]) -> Substring? {
    for label in labels {
      let equals = label.firstIndex(of: "=") ?? label.endIndex
      let name = label[..<equals]
      // A colon parts source and key; a label without one has no source.
      let colon = name.firstIndex(of: ":")
      let labelKey = colon.map { name[name.index(after: $0)...] } ?? name
      guard labelKey == key else { continue }
      if let source, source != colon.map({ name[..<$0] }) ?? "" { continue }
      return equals == label.endIndex ? "" : label[label.index(after: equals)...]
    }
    return nil
  }
}

/// Reads the grammar of `kubectl -l`: requirements parted by commas.
private struct LabelFilterParser {
  private let text: String
  private let characters: [Character]
  private var position = 0

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  private func error(_ reason: String) -> FlowFilterError {
    FlowFilterError("\"\(text)\" is not a label selector: \(reason)")
  }

  mutating func parse() throws(FlowFilterError) -> [LabelFilter.Requirement] {
    var requirements: [LabelFilter.Requirement] = []
    skipSpace()
    if position == characters.count { return requirements }
    repeat {
      requirements.append(try parseRequirement())
      skipSpace()
    } while accept(",")
    guard position == characters.count else { throw error("unexpected \"\(characters[position])\"") }
    return requirements
  }

  private mutating func skipSpace() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  private mutating func accept(_ word: String) -> Bool {
    guard characters[position...].starts(with: word) else { return false }
    position += word.count
    return true
  }

  private mutating func parseRequirement() throws(FlowFilterError) -> LabelFilter.Requirement {
    skipSpace()
    let isNegated = accept("!")
    let word = parseWord()
    guard !word.isEmpty else { throw error("a key is missing") }
    let colon = word.firstIndex(of: ":")
    let key = String(colon.map { word[word.index(after: $0)...] } ?? word[...])
    // `any` is Cilium's name for every source.
    let source = colon.map { String(word[..<$0]) }.flatMap { $0 == "any" ? nil : $0 }
    guard !key.isEmpty else { throw error("a key is missing") }
    let demand = isNegated ? .doesNotExist : try parseDemand()
    return LabelFilter.Requirement(source: source, key: key, demand: demand)
  }

  private mutating func parseDemand() throws(FlowFilterError) -> LabelFilter.Demand {
    skipSpace()
    if accept("!=") { return .isNotIn([try parseValue()]) }
    if accept("==") || accept("=") { return .isIn([try parseValue()]) }
    if accept(">") { return .isGreater(try parseBound()) }
    if accept("<") { return .isLess(try parseBound()) }
    let start = position
    switch parseWord() {
    case "in": return .isIn(try parseSet())
    case "notin": return .isNotIn(try parseSet())
    case "": return .exists
    default:
      position = start
      throw error("\"\(parseWord())\" is not an operator")
    }
  }

  private mutating func parseWord() -> String {
    let start = position
    while position < characters.count, !characters[position].isWhitespace, !"=!<>(),".contains(characters[position]) {
      position += 1
    }
    return String(characters[start..<position])
  }

  private mutating func parseValue() throws(FlowFilterError) -> String {
    skipSpace()
    let value = parseWord()
    guard value.utf8.count <= 63, value.utf8.allSatisfy({ Self.isValueCharacter($0) }) else {
      throw error("\"\(value)\" is not a label's value")
    }
    return value
  }

  private static func isValueCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }

  private mutating func parseBound() throws(FlowFilterError) -> Int64 {
    let value = try parseValue()
    guard let bound = Int64(value) else { throw error("\"\(value)\" is not a number") }
    return bound
  }

  private mutating func parseSet() throws(FlowFilterError) -> [String] {
    skipSpace()
    guard accept("(") else { throw error("a set begins with a parenthesis") }
    var values: [String] = []
    repeat {
      values.append(try parseValue())
      skipSpace()
    } while accept(",")
    guard accept(")") else { throw error("a set ends with a parenthesis") }
    return values
  }
}
