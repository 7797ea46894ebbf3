/// What Cilium makes Envoy do to a path before policy (`http-normalize-path`, `cilium-policy.md` §7.2): dot segments
/// resolved, slashes merged, escaped slashes answered with a redirect. The query stays as it is.
enum HTTPPathNormalization: Equatable {
  case unchanged
  case changed([UInt8])
  /// The client is sent to the unescaped path instead of being judged.
  case redirect([UInt8])
  /// Answered with 400: a fragment, or no slash at the beginning.
  case refused

  static func normalize(_ path: RawSpan) -> HTTPPathNormalization {
    guard needsWork(path) else { return .unchanged }
    var bytes: [UInt8] = []
    path.withUnsafeBytes { bytes.append(contentsOf: $0) }
    let query = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    // Envoy refuses a fragment wherever it is.
    guard !bytes.contains(UInt8(ascii: "#")) else { return .refused }
    let (unescaped, hasEscapedSlash) = unescapingSlashes(bytes[..<query])
    guard let resolved = resolvingDots(unescaped) else { return .refused }
    let normalized = resolved + bytes[query...]
    if hasEscapedSlash { return .redirect(normalized) }
    return normalized == bytes ? .unchanged : .changed(normalized)
  }

  /// Looks for what any of the steps would change, in one pass.
  private static func needsWork(_ path: RawSpan) -> Bool {
    var previous: UInt8 = 0
    var isQuery = false
    for offset in 0..<path.byteCount {
      let byte = path.byte(offset)
      switch byte {
      case UInt8(ascii: "#"): return true
      case UInt8(ascii: "?"): isQuery = true
      case UInt8(ascii: "%"), UInt8(ascii: "\\"): if !isQuery { return true }
      case UInt8(ascii: "/"), UInt8(ascii: "."):
        if !isQuery, previous == UInt8(ascii: "/") { return true }
      default: break
      }
      previous = byte
    }
    return false
  }

  /// `%2F` and `%5C`, in either case, become what they stand for.
  private static func unescapingSlashes(_ path: ArraySlice<UInt8>) -> (path: [UInt8], found: Bool) {
    var result: [UInt8] = []
    var rest = path
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), rest.count >= 2 else {
        result.append(byte)
        continue
      }
      let escape = (rest[rest.startIndex], asciiLowercased(rest[rest.startIndex + 1]))
      switch escape {
      case (UInt8(ascii: "2"), UInt8(ascii: "f")): result.append(UInt8(ascii: "/"))
      case (UInt8(ascii: "5"), UInt8(ascii: "c")): result.append(UInt8(ascii: "\\"))
      default:
        result.append(byte)
        continue
      }
      rest = rest.dropFirst(2)
    }
    return (result, result.count < path.count)
  }

  /// RFC 3986 §5.2.4, with `\` read as `/` and `%2e` as a dot, and runs of slashes merged. nil when a path does not begin
  /// with a slash.
  private static func resolvingDots(_ path: [UInt8]) -> [UInt8]? {
    let slashed = path.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
    guard slashed.first == UInt8(ascii: "/") else { return slashed == [UInt8(ascii: "*")] ? slashed : nil }
    var segments: [ArraySlice<UInt8>] = []
    var endsWithSlash = true
    for segment in slashed.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      endsWithSlash = true
      switch dots(segment) {
      case 1: break
      case 2: _ = segments.popLast()
      default:
        // An empty segment is one of a run of slashes, or the path's end.
        if segment.isEmpty { break }
        segments.append(segment)
        endsWithSlash = false
      }
    }
    var result = segments.flatMap { [UInt8(ascii: "/")] + $0 }
    if endsWithSlash { result.append(UInt8(ascii: "/")) }
    return result
  }

  /// How many dots, plain or escaped, a segment consists of; 0 when of anything else.
  private static func dots(_ segment: ArraySlice<UInt8>) -> Int {
    var rest = segment
    var count = 0
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2, rest[rest.startIndex] == UInt8(ascii: "2"),
        asciiLowercased(rest[rest.startIndex + 1]) == UInt8(ascii: "e")
      {
        rest = rest.dropFirst(2)
      } else if byte != UInt8(ascii: ".") {
        return 0
      }
      count += 1
    }
    return count
  }
}
