/// `LINKTYPE_` numbers as files hold them.
enum LinkNumber {
  /// The number of the registry. Some systems wrote their own `DLT_` numbers into files.
  static func registered(_ number: UInt32) -> UInt32 {
    switch number {
    case 12, 14: 101  // raw IP
    case 11: 100  // LLC on ATM
    default: number
    }
  }

  /// Packets of more bytes than this are taken for damage, as libpcap does: USB and D-Bus messages may be long.
  static func longestPacket(_ number: UInt32) -> UInt32 {
    switch number {
    case 189, 220, 231, 249, 266: 128 << 20
    case 279: 8 << 20
    default: 256 << 10
    }
  }
}
