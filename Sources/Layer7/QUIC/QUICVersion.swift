/// The version field of a long header (RFC 8999, section 5.1).
public struct QUICVersion: Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Not a version: the packet lists those that a server speaks.
  static let negotiation = QUICVersion(rawValue: 0)
  static let v1 = QUICVersion(rawValue: 1)
  /// RFC 9369.
  static let v2 = QUICVersion(rawValue: 0x6b33_43cf)

  /// `0x?a?a?a?a`, which no server speaks: sent to force a negotiation (RFC 9000, section 15).
  var isReserved: Bool { rawValue & 0x0f0f_0f0f == 0x0a0a_0a0a }

  /// Google's versions in QUIC's packets, with Google's numbers of frame types: Q050, T050, T051.
  var isGoogle: Bool { hasGoogleHandshake || rawValue == 0x5430_3530 || rawValue == 0x5430_3531 }

  /// Google's version with its own handshake in QUIC's packets.
  var hasGoogleHandshake: Bool { rawValue == 0x5130_3530 }

  /// The number of the draft that a version follows; nil for others. 33 and 34 have what became version 1.
  private var draft: UInt32? {
    switch rawValue {
    case 0xff00_0016...0xff00_0022: rawValue & 0xff
    // Facebook's.
    case 0xface_b001: 22
    case 0xface_b002, 0xface_b00e: 27
    default: nil
    }
  }

  /// How Initial packets may be protected; empty for versions that are not known. What a reserved version stands for is
  /// not said anywhere: decryption shows.
  var protections: [QUICProtection] {
    switch self {
    case .v1: return [.v1]
    case .v2: return [.v2]
    default: break
    }
    switch rawValue {
    case 0x5130_3530: return [.googleQ050]
    case 0x5430_3530: return [.googleT050]
    case 0x5430_3531: return [.googleT051]
    default: break
    }
    if isReserved { return [.v1, .draft29] }
    switch draft {
    case 22: return [.draft22]
    case .some(23...28): return [.draft23]
    case .some(29...32): return [.draft29]
    case .some: return [.v1]
    case nil: return []
    }
  }
}

/// What the keys of Initial packets are made with: a salt, and the prefix of the labels (RFC 9001, section 5.2).
struct QUICProtection: Sendable, Hashable {
  let salt: [UInt8]
  let labels: String

  private init(_ salt: [UInt8], labels: String = "quic") {
    self.salt = salt
    self.labels = labels
  }

  static let v1 = QUICProtection([
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f,
    0x0a,
  ])
  /// RFC 9369, section 3.3.
  static let v2 = QUICProtection(
    [
      0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e,
      0xd9,
    ], labels: "quicv2")
  static let draft22 = QUICProtection([
    0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a, 0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64,
    0x4a,
  ])
  static let draft23 = QUICProtection([
    0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5,
    0x02,
  ])
  static let draft29 = QUICProtection([
    0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8,
    0x99,
  ])
  static let googleQ050 = QUICProtection([
    0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94, 0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b,
    0x45,
  ])
  static let googleT050 = QUICProtection([
    0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80, 0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83,
    0x10,
  ])
  static let googleT051 = QUICProtection([
    0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50, 0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03,
    0x3d,
  ])
}
