import Crypto
import CryptoExtras
import Foundation

/// Makes the Initial packets of a client whose keys the RFCs print, with the cryptography alone in common with what
/// reads them.
struct InitialPacket {
  var version: UInt32
  var firstByte: UInt8
  var key: [UInt8]
  var iv: [UInt8]
  var headerKey: [UInt8]

  /// The connection ID of both appendices.
  static let connectionID: [UInt8] = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08]

  /// RFC 9001, appendix A.1.
  static let v1 = InitialPacket(
    version: 1, firstByte: 0xc0, key: hex("1f369613dd76d5467730efcbe3b1a22d"), iv: hex("fa044b2f42a3fd3b46fb255c"),
    headerKey: hex("9f50449e04a0e810283a1e9933adedd2"))
  /// RFC 9369, appendix A.1.
  static let v2 = InitialPacket(
    version: 0x6b33_43cf, firstByte: 0xd0, key: hex("8b1a0bc121284290a29e0971b5cd045d"),
    iv: hex("91f73e2351d8fa91660e909f"), headerKey: hex("45b95e15235d6f45a6b19cbcb0294ba9"))

  static func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap { UInt8($0.hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  static func integer(_ value: Int) -> [UInt8] { HelloBytes.number(value | 0x8000_0000, 4) }

  static func crypto(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    [6] + integer(offset) + integer(bytes.count) + bytes
  }

  func sealed(
    _ frames: [UInt8], number: Int, connectionID: [UInt8] = connectionID, token: [UInt8] = []
  ) throws -> [UInt8] {
    let payload = frames + [UInt8](repeating: 0, count: max(40 - frames.count, 0))
    var packet = [firstByte | 1] + HelloBytes.number(Int(version), 4) + [UInt8(connectionID.count)] + connectionID + [0]
    packet += Self.integer(token.count) + token + Self.integer(2 + payload.count + 16)
    let numberOffset = packet.count
    packet += HelloBytes.number(number, 2)
    var nonce = iv
    nonce[10] ^= UInt8(number >> 8)
    nonce[11] ^= UInt8(number & 0xff)
    let box = try AES.GCM.seal(
      payload, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: nonce), authenticating: packet)
    packet += [UInt8](box.ciphertext) + [UInt8](box.tag)
    var mask = Array(packet[numberOffset + 4..<numberOffset + 20])
    try AES.permute(&mask, key: SymmetricKey(data: headerKey))
    packet[0] ^= mask[0] & 0x0f
    packet[numberOffset] ^= mask[1]
    packet[numberOffset + 1] ^= mask[2]
    return packet
  }
}
