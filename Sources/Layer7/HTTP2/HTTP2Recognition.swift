/// Tells whether a direction's bytes are frames of HTTP/2 where its connection preface was not seen.
public enum HTTP2Recognition {
  /// True when the bytes are plausible frames from first to last, and one of them is a SETTINGS frame with known
  /// settings or holds a header block with a request's or a response's pseudo-fields.
  public static func begins(_ bytes: RawSpan) -> Bool {
    var offset = 0
    var isCertain = false
    while let frame = HTTP2Frame(bytes, at: offset) {
      guard frame.isPlausible else { return false }
      let payload = offset + HTTP2Frame.headerLength
      offset = payload + frame.length
      guard offset <= bytes.byteCount else { break }
      if frame.kind == HTTP2Frame.Kind.settings {
        guard hasKnownSettings(bytes, payload..<offset) else { return false }
        isCertain = isCertain || frame.length > 0
      }
    }
    return isCertain || holdsFields(bytes)
  }

  private static func hasKnownSettings(_ bytes: RawSpan, _ payload: Range<Int>) -> Bool {
    stride(from: payload.lowerBound, to: payload.upperBound, by: 6).allSatisfy {
      bytes.byte($0) == 0 && 1...9 ~= bytes.byte($0 + 1)
    }
  }

  private static func holdsFields(_ bytes: RawSpan) -> Bool {
    var parser = HTTP2Parser(.midstream)
    var rest = bytes
    while rest.byteCount > 0 {
      let (consumed, event) = parser.consume(rest)
      guard event == .headers else { return false }
      let block = parser.block
      if block.value(of: ":method") != nil && block.value(of: ":path") != nil || block.value(of: ":status") != nil {
        return true
      }
      rest = rest.extracting(droppingFirst: consumed)
    }
    return false
  }
}
