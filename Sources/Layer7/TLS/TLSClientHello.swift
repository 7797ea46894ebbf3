/// What a client tells in the clear before it and the server agree on keys (RFC 8446, section 4.1.2).
public struct TLSClientHello: Sendable, Equatable {
  /// `legacy_version`; what is offered beyond TLS 1.2 is in `supportedVersions`.
  public var version: UInt16 = 0
  /// The names of the `server_name` extension (RFC 6066, section 3); whoever routes by name looks at the first. With
  /// Encrypted Client Hello it is the outer name, which is all that anybody between the ends can see.
  public var serverNames: [String] = []
  /// Application protocols in the client's order (RFC 7301).
  public var applicationProtocols: [String] = []
  public var supportedVersions: [UInt16] = []
  /// The client offers Encrypted Client Hello, or pretends to (RFC 9849).
  public var offersECH = false
  /// The client encrypts the server name as a draft before ECH has it.
  public var offersESNI = false
  /// Bytes of the message without its header, as the header has it.
  public var length = 0
  /// The message ends before its own lengths say; what came before is read.
  public var isTruncated = false

  /// Bytes of the largest message that is read, its header included. Hellos with post-quantum keys have 2 KiB; Envoy
  /// refuses those above 16 KiB.
  public static let maximumLength = 1 << 16

  /// The number of the handshake message (RFC 8446, section 4).
  static let messageType: UInt8 = 1
  /// Message type and length.
  static let headerLength = 4
}

/// Numbers of the TLS ExtensionType registry.
private enum TLSExtension {
  static let serverName: UInt16 = 0
  static let applicationProtocols: UInt16 = 16
  static let supportedVersions: UInt16 = 43
  static let encryptedClientHello: UInt16 = 0xfe0d
  /// draft-ietf-tls-esni-02.
  static let encryptedServerName: UInt16 = 0xffce
}

extension TLSClientHello {
  /// Reads a handshake message's body; what a cut or inconsistent message holds up to there is read too.
  ///
  /// - Parameters:
  ///   - body: what there is of the message after its header.
  ///   - length: what the header says.
  ///   - isDatagram: DTLS, whose hellos have a cookie (RFC 9147, section 5.3).
  /// - Returns: nil when the bytes do not begin as a ClientHello.
  public init?(body: RawSpan, length: Int, isDatagram: Bool = false) {
    var reader = ByteReader(body)
    guard let version = reader.uint16(), Self.isVersion(version, isDatagram: isDatagram) else { return nil }
    self.version = version
    self.length = length
    isTruncated = !readParameters(&reader, isDatagram: isDatagram) || !readExtensions(body, &reader)
  }

  static func isVersion(_ version: UInt16, isDatagram: Bool) -> Bool {
    // 0xff.. in DTLS, 0x0100 in Cisco's variant of it; SSL 3.0 to TLS 1.3 otherwise, and drafts of TLS 1.3.
    isDatagram
      ? version >> 8 == 0xfe || version == 0x0100 : version >> 8 == 3 && version & 0xff <= 4 || version >> 8 == 0x7f
  }

  /// Passes over random, session, cookie, cipher suites and compression methods.
  private func readParameters(_ reader: inout ByteReader, isDatagram: Bool) -> Bool {
    guard reader.skip(32), let session = reader.byte(), reader.skip(Int(session)) else { return false }
    if isDatagram {
      guard let cookie = reader.byte(), reader.skip(Int(cookie)) else { return false }
    }
    guard let suites = reader.uint16(), reader.skip(Int(suites)) else { return false }
    guard let methods = reader.byte(), reader.skip(Int(methods)) else { return false }
    return true
  }

  private mutating func readExtensions(_ body: RawSpan, _ reader: inout ByteReader) -> Bool {
    // TLS 1.2 and before have hellos without extensions.
    guard reader.remaining > 0 else { return true }
    guard let total = reader.uint16() else { return false }
    let end = reader.position + Int(total)
    while reader.position < min(end, body.byteCount) {
      guard let type = reader.uint16(), let length = reader.uint16() else { return false }
      let captured = min(Int(length), reader.remaining)
      guard let range = reader.range(captured) else { return false }
      read(type, body.extracting(range))
      guard captured == Int(length) else { return false }
    }
    return end <= body.byteCount
  }

  private mutating func read(_ type: UInt16, _ data: RawSpan) {
    switch type {
    case TLSExtension.serverName: readServerNames(data)
    case TLSExtension.applicationProtocols: readApplicationProtocols(data)
    case TLSExtension.supportedVersions: readSupportedVersions(data)
    case TLSExtension.encryptedClientHello: offersECH = true
    case TLSExtension.encryptedServerName: offersESNI = true
    default: break
    }
  }

  private mutating func readServerNames(_ data: RawSpan) {
    var reader = ByteReader(data)
    guard reader.uint16() != nil else { return }
    while let type = reader.byte(), let length = reader.uint16() {
      // A name that is cut is no name.
      guard let range = reader.range(Int(length)) else { return }
      if type == 0 { serverNames.append(data.text(ByteRange(range))) }
    }
  }

  private mutating func readApplicationProtocols(_ data: RawSpan) {
    var reader = ByteReader(data)
    guard reader.uint16() != nil else { return }
    while let length = reader.byte(), let range = reader.range(Int(length)) {
      applicationProtocols.append(data.text(ByteRange(range)))
    }
  }

  private mutating func readSupportedVersions(_ data: RawSpan) {
    var reader = ByteReader(data)
    guard reader.byte() != nil else { return }
    while let version = reader.uint16() { supportedVersions.append(version) }
  }
}
