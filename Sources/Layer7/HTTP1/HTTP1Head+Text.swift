/// A head's parts as text, made when asked for. `bytes` are those that the head was read from.
extension HTTP1Head {
  public func method(in bytes: RawSpan) -> String? {
    if case .request(let method, _, _) = firstLine { bytes.text(method) } else { nil }
  }

  public func target(in bytes: RawSpan) -> String? {
    if case .request(_, let target, _) = firstLine { bytes.text(target) } else { nil }
  }

  public func version(in bytes: RawSpan) -> String {
    switch firstLine {
    case .request(_, _, let version), .response(let version, _, _): bytes.text(version)
    }
  }

  public var status: Int? {
    if case .response(_, let status, _) = firstLine { status } else { nil }
  }

  /// A field's value; the line ends of a folded one become single spaces (RFC 9112 §5.2).
  public func value(of field: HTTPField, in bytes: RawSpan) -> String {
    let text = bytes.text(field.value)
    guard oddities.contains(.foldedValue), text.utf8.contains(UInt8(ascii: "\n")) else { return text }
    let lines = text.split { $0 == "\n" || $0 == "\r\n" }.map { line in
      line.drop { $0 == " " || $0 == "\t" }
    }
    return lines.joined(separator: " ")
  }
}
