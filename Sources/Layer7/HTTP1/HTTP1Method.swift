/// Which first words of a stream are taken for HTTP methods without looking further.
enum HTTP1Method {
  /// The longest method looked for, in bytes.
  static let maximumLength = 32

  /// True for the methods of RFC 9110, WebDAV and its extensions (the IANA registry of HTTP methods), UPnP's and those
  /// of Microsoft's WebDAV and RPC over HTTP.
  static func isKnown(_ method: ByteRange, in bytes: RawSpan) -> Bool {
    switch method.count {
    case 3: bytes.isPart(method, "GET") || bytes.isPart(method, "PUT")
    case 4:
      bytes.isPart(method, "POST") || bytes.isPart(method, "HEAD") || bytes.isPart(method, "COPY")
        || bytes.isPart(method, "MOVE") || bytes.isPart(method, "LOCK") || bytes.isPart(method, "LINK")
        || bytes.isPart(method, "POLL") || bytes.isPart(method, "BIND")
    case 5:
      bytes.isPart(method, "PATCH") || bytes.isPart(method, "TRACE") || bytes.isPart(method, "MKCOL")
        || bytes.isPart(method, "LABEL") || bytes.isPart(method, "MERGE") || bytes.isPart(method, "BCOPY")
        || bytes.isPart(method, "BMOVE")
    case 6:
      bytes.isPart(method, "DELETE") || bytes.isPart(method, "SEARCH") || bytes.isPart(method, "UNLOCK")
        || bytes.isPart(method, "REPORT") || bytes.isPart(method, "UPDATE") || bytes.isPart(method, "NOTIFY")
        || bytes.isPart(method, "UNBIND") || bytes.isPart(method, "UNLINK")
    case 7:
      bytes.isPart(method, "OPTIONS") || bytes.isPart(method, "CONNECT") || bytes.isPart(method, "BDELETE")
        || bytes.isPart(method, "CHECKIN")
    case 8: bytes.isPart(method, "PROPFIND") || bytes.isPart(method, "CHECKOUT") || bytes.isPart(method, "CCM_POST")
    case 9: bytes.isPart(method, "PROPPATCH") || bytes.isPart(method, "SUBSCRIBE") || bytes.isPart(method, "BPROPFIND")
    case 10:
      bytes.isPart(method, "UNCHECKOUT") || bytes.isPart(method, "MKACTIVITY") || bytes.isPart(method, "MKCALENDAR")
        || bytes.isPart(method, "BPROPPATCH") || bytes.isPart(method, "ORDERPATCH")
    case 11:
      bytes.isPart(method, "UNSUBSCRIBE") || bytes.isPart(method, "MKWORKSPACE") || bytes.isPart(method, "RPC_CONNECT")
        || bytes.isPart(method, "RPC_IN_DATA")
    case 12: bytes.isPart(method, "RPC_OUT_DATA")
    case 13: bytes.isPart(method, "MKREDIRECTREF")
    case 15: bytes.isPart(method, "VERSION-CONTROL")
    case 16: bytes.isPart(method, "BASELINE-CONTROL")
    default: false
    }
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
