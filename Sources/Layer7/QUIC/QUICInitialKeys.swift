internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// The keys of a client's Initial packets. Anybody who sees the first one can make them (RFC 9001, section 5.2): they
/// protect against accidents, not against readers.
struct QUICInitialKeys {
  private let key: SymmetricKey
  private let iv: [UInt8]
  private let headerKey: SymmetricKey

  /// AES-128-GCM's, whatever the connection will use later.
  private static let keyLength = 16
  private static let nonceLength = 12
  private static let tagLength = 16
  /// RFC 9001, section 5.4.2.
  private static let sampleOffset = 4
  private static let sampleLength = 16

  /// - Parameter connectionID: the destination's in the client's first packet, or in the first after a Retry.
  init(_ protection: QUICProtection, connectionID: RawSpan) {
    let bytes = connectionID.withUnsafeBytes { [UInt8]($0) }
    let initial = HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(data: bytes), salt: protection.salt)
    let client = Self.expand(SymmetricKey(data: initial), "client in", count: SHA256.byteCount)
    key = Self.expand(client, protection.labels + " key", count: Self.keyLength)
    headerKey = Self.expand(client, protection.labels + " hp", count: Self.keyLength)
    iv = Self.expand(client, protection.labels + " iv", count: Self.nonceLength).withUnsafeBytes { [UInt8]($0) }
  }

  /// HKDF-Expand-Label (RFC 8446, section 7.1) without a context.
  private static func expand(_ secret: SymmetricKey, _ label: String, count: Int) -> SymmetricKey {
    let label = [UInt8]("tls13 ".utf8) + [UInt8](label.utf8)
    let info = [0, UInt8(count), UInt8(label.count)] + label + [0]
    return HKDF<SHA256>.expand(pseudoRandomKey: secret, info: info, outputByteCount: count)
  }

  /// The frames of a packet; nil when it was not made with these keys, or was changed or cut.
  ///
  /// - Parameter start: of the packet in the datagram.
  func open(_ datagram: RawSpan, at start: Int, _ header: QUICLongHeader) -> [UInt8]? {
    let sample = header.numberOffset + Self.sampleOffset
    guard sample + Self.sampleLength <= header.end else { return nil }
    var mask = datagram.extracting(sample..<sample + Self.sampleLength).withUnsafeBytes { [UInt8]($0) }
    guard (try? AES.permute(&mask, key: headerKey)) != nil else { return nil }
    var associated = datagram.extracting(start..<header.numberOffset + 4).withUnsafeBytes { [UInt8]($0) }
    associated[0] ^= mask[0] & 0x0f
    let numberLength = Int(associated[0] & 3) + 1
    let numberStart = header.numberOffset - start
    associated.removeLast(4 - numberLength)
    var nonce = iv
    for index in 0..<numberLength {
      associated[numberStart + index] ^= mask[1 + index]
      // The first packets' numbers are those on the wire.
      nonce[Self.nonceLength - numberLength + index] ^= associated[numberStart + index]
    }
    let content = header.numberOffset + numberLength
    guard content + Self.tagLength <= header.end else { return nil }
    let tag = header.end - Self.tagLength
    return datagram.withUnsafeBytes { bytes in
      guard let nonce = try? AES.GCM.Nonce(data: nonce),
        let box = try? AES.GCM.SealedBox(
          nonce: nonce, ciphertext: UnsafeRawBufferPointer(rebasing: bytes[content..<tag]),
          tag: UnsafeRawBufferPointer(rebasing: bytes[tag..<header.end])),
        let frames = try? AES.GCM.open(box, using: key, authenticating: associated)
      else { return nil }
      return [UInt8](frames)
    }
  }
}
