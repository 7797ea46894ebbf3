extension Timestamp {
  /// Reads RFC 3339, whose seconds, minutes or whole clock may be missing (`2026-07-14`, `2026-07-14T09Z`).
  ///
  /// Nil for anything else, and for moments that 64 bits of nanoseconds cannot hold (before 1677 and after 2262).
  public static func read(_ text: some StringProtocol) -> Int64? {
    var scanner = Scanner(bytes: Array(text.utf8))
    guard let year = scanner.number(digits: 4), scanner.accept("-"), let month = scanner.number(digits: 2),
      (1...12).contains(month), scanner.accept("-"), let day = scanner.number(digits: 2),
      (1...CivilTime.days(inMonth: month, of: year)).contains(day)
    else { return nil }
    var seconds = Int64(CivilTime.days(year: year, month: month, day: day)) * 86_400
    if scanner.isAtEnd { return Self.nanoseconds(seconds, 0) }
    guard scanner.accept("T"), let hour = scanner.number(digits: 2), hour < 24 else { return nil }
    seconds += Int64(hour) * 3600
    var fractionOfSecond: Int64 = 0
    if scanner.accept(":") {
      guard let minute = scanner.number(digits: 2), minute < 60 else { return nil }
      seconds += Int64(minute) * 60
      if scanner.accept(":") {
        guard let second = scanner.number(digits: 2), second < 60 else { return nil }
        seconds += Int64(second)
        if scanner.accept(".") {
          guard let fraction = scanner.fraction() else { return nil }
          fractionOfSecond = fraction
        }
      }
    }
    guard let offset = scanner.zone(), scanner.isAtEnd else { return nil }
    return Self.nanoseconds(seconds - offset, fractionOfSecond)
  }

  private static func nanoseconds(_ seconds: Int64, _ fraction: Int64) -> Int64? {
    Int64(exactly: Int128(seconds) * 1_000_000_000 + Int128(fraction))
  }

  /// Reads a duration as Go writes it (`1h30m`, `250ms`, `-5s`), in nanoseconds.
  public static func readDuration(_ text: some StringProtocol) -> Int64? {
    var scanner = Scanner(bytes: Array(text.utf8))
    let negative = scanner.accept("-")
    if !negative { _ = scanner.accept("+") }
    if scanner.bytes.dropFirst(scanner.position).elementsEqual("0".utf8) { return 0 }
    var total = 0.0
    var parts = 0
    while !scanner.isAtEnd {
      guard let value = scanner.decimal(), let unit = scanner.unit() else { return nil }
      total += value * unit
      parts += 1
    }
    guard parts > 0, total < 9.2e18 else { return nil }
    return negative ? -Int64(total) : Int64(total)
  }
}

/// Reads the pieces of a time from its bytes.
private struct Scanner {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard !isAtEnd, bytes[position] == UInt8(truncatingIfNeeded: character.value) else { return false }
    position += 1
    return true
  }

  mutating func number(digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + digits] {
      guard byte.isDecimalDigit else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    position += digits
    return value
  }

  /// The digits of a fraction of a second, in nanoseconds; digits beyond the ninth are dropped.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var digits = 0
    while !isAtEnd, bytes[position].isDecimalDigit {
      if digits < 9 { value = value * 10 + Int64(bytes[position] - 0x30) }
      digits += 1
      position += 1
    }
    guard digits > 0 else { return nil }
    for _ in 0..<max(0, 9 - digits) { value *= 10 }
    return value
  }

  /// `Z` or `+01:00`, in seconds east of UTC.
  mutating func zone() -> Int64? {
    if accept("Z") { return 0 }
    let west = accept("-")
    guard west || accept("+"), let hours = number(digits: 2), hours < 24, accept(":"), let minutes = number(digits: 2),
      minutes < 60
    else { return nil }
    let offset = Int64(hours * 3600 + minutes * 60)
    return west ? -offset : offset
  }

  mutating func decimal() -> Double? {
    let start = position
    while !isAtEnd, bytes[position].isDecimalDigit || bytes[position] == UInt8(ascii: ".") { position += 1 }
    return Double(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  /// A unit of Go's durations, in nanoseconds.
  mutating func unit() -> Double? {
    let start = position
    while !isAtEnd, !bytes[position].isDecimalDigit, bytes[position] != UInt8(ascii: ".") { position += 1 }
    switch String(decoding: bytes[start..<position], as: UTF8.self) {
    case "ns": return 1
    case "us", "µs", "μs": return 1e3
    case "ms": return 1e6
    case "s": return 1e9
    case "m": return 60e9
    case "h": return 3600e9
    default: return nil
    }
  }
}
