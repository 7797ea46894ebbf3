/// Reading single lines of a head.
extension HTTP1Head {
  /// RFC 9112 §3 and §4, leniently: parts are divided by single spaces, the last takes the rest of the line.
  mutating func readFirstLine(_ bytes: RawSpan, _ line: Range<Int>) {
    let space = UInt8(ascii: " ")
    let firstEnd = bytes.firstOffset(of: space, from: line.lowerBound, to: line.upperBound)
    let secondStart = min(firstEnd + 1, line.upperBound)
    let secondEnd = bytes.firstOffset(of: space, from: secondStart, to: line.upperBound)
    let thirdStart = min(secondEnd + 1, line.upperBound)
    let first = ByteRange(line.lowerBound..<firstEnd)
    let second = ByteRange(secondStart..<secondEnd)
    let third = ByteRange(thirdStart..<line.upperBound)
    let version: ByteRange
    if first.count >= 5, bytes.isPart(ByteRange(Int(first.start), 5), "HTTP/") {
      firstLine = .response(version: first, status: Self.status(bytes, second), reason: third)
      version = first
    } else {
      firstLine = .request(method: first, target: second, version: third)
      version = third
    }
    if !bytes.isPart(version, "HTTP/1.1") && !bytes.isPart(version, "HTTP/1.0") { oddities.insert(.unknownVersion) }
  }

  /// The three digits of a status; 0 when there are others.
  private static func status(_ bytes: RawSpan, _ part: ByteRange) -> Int {
    guard part.count == 3 else { return 0 }
    var status = 0
    for offset in part.range {
      let digit = bytes.byte(offset) &- 0x30
      guard digit < 10 else { return 0 }
      status = status * 10 + Int(digit)
    }
    return status
  }

  /// RFC 9112 §5. False when there are too many fields.
  @inline(__always)
  mutating func readField(_ bytes: RawSpan, _ line: Range<Int>, colon: Int) -> Bool {
    let first = bytes.byte(line.lowerBound)
    if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
      readContinuation(bytes, line)
      return true
    }
    guard fields.count < HTTP1Parser.maximumFields else { return false }
    if colon == line.upperBound { oddities.insert(.lineWithoutColon) }
    let value = Self.trimmed(bytes, min(colon + 1, line.upperBound)..<line.upperBound)
    let field = HTTPField(name: ByteRange(line.lowerBound, colon - line.lowerBound), value: ByteRange(value))
    fields.append(field)
    if colon > line.lowerBound, Self.isBlank(bytes.byte(colon - 1)) { oddities.insert(.misplacedSpace) }
    note(field, in: bytes)
    return true
  }

  /// A value that goes on in the next line. Recipients disagree on what it means, so the fields that frame the message
  /// are judged by what they said before it.
  private mutating func readContinuation(_ bytes: RawSpan, _ line: Range<Int>) {
    guard let last = fields.popLast() else {
      oddities.insert(.misplacedSpace)
      return
    }
    oddities.insert(.foldedValue)
    let value = Self.trimmed(bytes, line)
    let start = last.value.isEmpty ? value.lowerBound : Int(last.value.start)
    fields.append(HTTPField(name: last.name, value: ByteRange(start, max(value.upperBound - start, 0))))
    if bytes.isPart(last.name, caseInsensitively: "host"), host == last.value { host = fields[fields.count - 1].value }
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  @inline(__always)
  private static func trimmed(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, isBlank(bytes.byte(start)) { start += 1 }
    while end > start, isBlank(bytes.byte(end - 1)) { end -= 1 }
    return start..<end
  }

  /// Keeps what frames the message; lengths tell most names apart.
  @inline(__always)
  private mutating func note(_ field: HTTPField, in bytes: RawSpan) {
    switch field.name.count {
    case 4 where bytes.isPart(field.name, caseInsensitively: "host"):
      if host == nil { host = field.value } else { oddities.insert(.repeatedHost) }
    case 7 where bytes.isPart(field.name, caseInsensitively: "upgrade"):
      upgrade = field.value
    case 10 where bytes.isPart(field.name, caseInsensitively: "connection"):
      if Self.elements(bytes, field.value, contain: "upgrade") { connectionNamesUpgrade = true }
    case 14 where bytes.isPart(field.name, caseInsensitively: "content-length"):
      noteLength(bytes, field.value)
    case 17 where bytes.isPart(field.name, caseInsensitively: "transfer-encoding"):
      noteCodings(bytes, field.value)
    default:
      break
    }
  }

  /// A number, or the same number several times (RFC 9112 §6.3).
  private mutating func noteLength(_ bytes: RawSpan, _ value: ByteRange) {
    var position = value.range.lowerBound
    repeat {
      let end = bytes.firstOffset(of: UInt8(ascii: ","), from: position, to: value.end)
      let element = Self.trimmed(bytes, position..<end)
      guard let length = Self.decimal(bytes, element), length == contentLength ?? length else {
        oddities.insert(.invalidLength)
        return
      }
      if contentLength != nil { oddities.insert(.repeatedLength) }
      contentLength = length
      position = end + 1
    } while position <= value.end
  }

  private static func decimal(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty, range.count <= 18 else { return nil }
    var number: UInt64 = 0
    for offset in range {
      let digit = bytes.byte(offset) &- 0x30
      guard digit < 10 else { return nil }
      number = number * 10 + UInt64(digit)
    }
    return number
  }

  /// `chunked` frames the message only as the last coding, and only once (RFC 9112 §6.1).
  private mutating func noteCodings(_ bytes: RawSpan, _ value: ByteRange) {
    var position = value.range.lowerBound
    repeat {
      let end = bytes.firstOffset(of: UInt8(ascii: ","), from: position, to: value.end)
      let coding = ByteRange(Self.trimmed(bytes, position..<end))
      position = end + 1
      if coding.isEmpty { continue }
      let isChunked = bytes.isPart(coding, caseInsensitively: "chunked")
      if transferCodings == .chunked { oddities.insert(.unclearEncoding) }
      transferCodings = isChunked ? .chunked : .other
    } while position <= value.end
  }

  /// Whether a comma-separated list has an element, whatever its case.
  private static func elements(_ bytes: RawSpan, _ value: ByteRange, contain wanted: StaticString) -> Bool {
    var position = value.range.lowerBound
    repeat {
      let end = bytes.firstOffset(of: UInt8(ascii: ","), from: position, to: value.end)
      if bytes.isPart(ByteRange(trimmed(bytes, position..<end)), caseInsensitively: wanted) { return true }
      position = end + 1
    } while position <= value.end
    return false
  }

  /// Whether the message asks for, or agrees to, another protocol; and whether that is HTTP/2.
  func upgradeIsHTTP2(in bytes: RawSpan) -> Bool? {
    guard let upgrade, connectionNamesUpgrade else { return nil }
    return Self.elements(bytes, upgrade, contain: "h2c")
  }
}
