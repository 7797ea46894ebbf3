/// Which first words of a stream are taken for HTTP methods without looking further.
enum HTTP1Method {
  /// The longest method looked for, in bytes.
  static let maximumLength = 32

  /// True for the methods of RFC 9110, WebDAV and its extensions (the IANA registry of HTTP methods), UPnP's and those
  /// of Microsoft's WebDAV and RPC over HTTP.
  static func isKnown(_ method: ByteRange, in bytes: RawSpan) -> Bool {
    switch method.count {
    case 3: isOne(of: ["GET", "PUT"], method, bytes)
    case 4: isOne(of: ["POST", "HEAD", "COPY", "MOVE", "LOCK", "LINK", "POLL", "BIND"], method, bytes)
    case 5: isOne(of: ["PATCH", "TRACE", "MKCOL", "LABEL", "MERGE", "BCOPY", "BMOVE"], method, bytes)
    case 6:
      isOne(of: ["DELETE", "SEARCH", "UNLOCK", "REPORT", "UPDATE", "NOTIFY", "UNBIND", "UNLINK"], method, bytes)
    case 7: isOne(of: ["OPTIONS", "CONNECT", "BDELETE", "CHECKIN"], method, bytes)
    case 8: isOne(of: ["PROPFIND", "CHECKOUT", "CCM_POST"], method, bytes)
    case 9: isOne(of: ["PROPPATCH", "SUBSCRIBE", "BPROPFIND"], method, bytes)
    case 10: isOne(of: ["UNCHECKOUT", "MKACTIVITY", "MKCALENDAR", "BPROPPATCH", "ORDERPATCH"], method, bytes)
    case 11: isOne(of: ["UNSUBSCRIBE", "MKWORKSPACE", "RPC_CONNECT", "RPC_IN_DATA"], method, bytes)
    case 12: isOne(of: ["RPC_OUT_DATA"], method, bytes)
    case 13: isOne(of: ["MKREDIRECTREF"], method, bytes)
    case 15: isOne(of: ["VERSION-CONTROL"], method, bytes)

    case 16: isOne(of: ["BASELINE-CONTROL"], method, bytes)
    default: false
    }
  }

  @inline(__always)
  private static func isOne(of methods: [StaticString], _ method: ByteRange, _ bytes: RawSpan) -> Bool {
    methods.contains { bytes.isPart(method, $0) }
  }

  /// A character of an RFC 9110 token, which a method is.
  @inline(__always)
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
