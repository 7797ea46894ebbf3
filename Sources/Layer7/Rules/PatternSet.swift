internal import CRE2

/// Many patterns that are compared with one text at once. Each must match the whole text, in RE2's dialect, as Envoy's
/// matchers demand.
///
/// The cost of a comparison grows with the text and the patterns that match, not with the patterns: patterns without
/// special characters are looked up, all others run as one automaton.
final class PatternSet: Sendable {
  /// Literal patterns: open addressing, each slot a pattern's number or -1.
  private let literalSlots: [Int32]
  private let literals: [[UInt8]]
  private let expressions: Expressions?
  /// By the numbers within `literals` and `expressions`: those of the patterns given.
  private let literalNumbers: [Int32]
  private let expressionNumbers: [Int32]

  /// RE2's set of expressions, freed with this object.
  private final class Expressions: Sendable {
    // Compiled before it is shared; RE2 promises that matching from many threads is safe, and nothing else is done.
    nonisolated(unsafe) let set: OpaquePointer

    init?(_ patterns: [String]) throws(L7RuleError) {
      guard !patterns.isEmpty, let set = weir_re2_set_new() else { return nil }
      self.set = set
      var reason = [CChar](repeating: 0, count: 256)
      for pattern in patterns {
        let text = Array(pattern.utf8CString)
        guard weir_re2_set_add(set, text, text.count - 1, &reason, reason.count) else {
          let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
          throw L7RuleError.invalidPattern(pattern, reason: String(decoding: bytes, as: UTF8.self))
        }
      }
      weir_re2_set_compile(set)
    }

    deinit { weir_re2_set_free(set) }
  }

  init(_ patterns: [String]) throws(L7RuleError) {
    var literals: [[UInt8]] = []
    var literalNumbers: [Int32] = []
    var expressions: [String] = []
    var expressionNumbers: [Int32] = []
    for (number, pattern) in patterns.enumerated() {
      if pattern.utf8.allSatisfy(Self.isLiteral) {
        literals.append(Array(pattern.utf8))
        literalNumbers.append(Int32(number))
      } else {
        expressions.append(pattern)
        expressionNumbers.append(Int32(number))
      }
    }
    var slots = literals.isEmpty ? [] : [Int32](repeating: -1, count: Self.capacity(literals.count))
    for (index, literal) in literals.enumerated() {
      var slot = Self.hash(literal.span.bytes) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
    literalSlots = slots
    self.literals = literals
    self.literalNumbers = literalNumbers
    self.expressionNumbers = expressionNumbers
    self.expressions = try Expressions(expressions)
  }

  /// Calls `body` with the number of each pattern that matches all of `text`.
  func forEachMatch(_ text: RawSpan, _ body: (Int) -> Void) {
    if !literalSlots.isEmpty {
      var slot = Self.hash(text) & (literalSlots.count - 1)
      // Equal literals may occur more than once, in a row of slots that ends with an empty one.
      while literalSlots[slot] >= 0 {
        let index = Int(literalSlots[slot])
        if Self.isEqual(literals[index], text) { body(Int(literalNumbers[index])) }
        slot = (slot + 1) & (literalSlots.count - 1)
      }
    }
    guard let expressions else { return }
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: expressionNumbers.count) { matches in
      let count = text.withUnsafeBytes { bytes in
        weir_re2_set_matches(
          expressions.set, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, matches.baseAddress,
          matches.count)
      }
      for index in 0..<count { body(Int(expressionNumbers[Int(matches[index])])) }
    }
  }

  /// Half full at most.
  private static func capacity(_ count: Int) -> Int { 1 << (Int.bitWidth - (count * 2 - 1).leadingZeroBitCount) }

  /// FNV-1a over words: the text is short, and nobody gains from collisions who cannot write the policy.
  private static func hash(_ text: RawSpan) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var offset = 0
    while text.byteCount - offset >= 8 {
      hash = (hash ^ text.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x0000_0100_0000_01b3
      hash ^= hash >> 29
      offset += 8
    }
    while offset < text.byteCount {
      hash = (hash ^ UInt64(text.byte(offset))) &* 0x0000_0100_0000_01b3
      offset += 1
    }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }

  private static func isEqual(_ literal: [UInt8], _ text: RawSpan) -> Bool {
    guard literal.count == text.byteCount else { return false }
    for index in literal.indices where literal[index] != text.byte(index) { return false }
    return true
  }

  /// A character that stands for itself in RE2.
  private static func isLiteral(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"),
      UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"):
      true
    default: false
    }
  }
}
