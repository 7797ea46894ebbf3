/// An HTTP request of either version, as Envoy hands it to a policy: its parts are ranges of `bytes`.
public struct HTTPRequestView: ~Escapable {
  let bytes: RawSpan
  let method: ByteRange
  /// With its query; nil for `CONNECT`.
  let path: ByteRange?
  let authority: ByteRange?
  /// Without pseudo-fields and `Host`.
  let fields: [HTTPField]

  @_lifetime(copy bytes)
  init(bytes: RawSpan, method: ByteRange, path: ByteRange?, authority: ByteRange?, fields: [HTTPField]) {
    self.bytes = bytes
    self.method = method
    self.path = path
    self.authority = authority
    self.fields = fields
  }

  /// nil for a response. The target's form decides what is path and what authority (RFC 9112 §3.2); the authority of an
  /// absolute target replaces `Host`.
  @_lifetime(copy bytes)
  public init?(_ head: HTTP1Head, _ bytes: RawSpan) {
    guard case .request(let method, let target, _) = head.firstLine else { return nil }
    self.bytes = bytes
    self.method = method
    fields = head.fields
    if bytes.isPart(method, "CONNECT") {
      path = nil
      authority = target
    } else if let absolute = Self.split(absolute: target, bytes) {
      path = absolute.path
      authority = absolute.authority
    } else {
      path = target
      authority = head.host
    }
  }

  /// nil for a response, trailers, or a request whose method is not known.
  @_lifetime(borrow block)
  public init?(_ block: borrowing HTTP2HeaderBlock) {
    guard let method = block.value(of: ":method") else { return nil }
    bytes = block.bytes.span.bytes
    self.method = method
    path = block.value(of: ":path")
    authority = block.value(of: ":authority") ?? block.value(of: "host")
    fields = block.fields
  }

  /// `http://authority/path` (any scheme); nil for another form.
  private static func split(
    absolute target: ByteRange, _ bytes: RawSpan
  ) -> (authority: ByteRange, path: ByteRange)? {
    guard target.count > 0, bytes.byte(Int(target.start)) != UInt8(ascii: "/") else { return nil }
    let colon = bytes.firstOffset(of: UInt8(ascii: ":"), from: Int(target.start), to: target.end)
    guard target.end - colon >= 3, bytes.isPart(ByteRange(colon, 3), "://") else { return nil }
    let start = colon + 3
    let end = bytes.firstOffset(of: UInt8(ascii: "/"), or: UInt8(ascii: "?"), from: start, to: target.end)
    return (ByteRange(start..<end), ByteRange(end..<target.end))
  }
}
