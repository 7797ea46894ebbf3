/// A container format, as the first four bytes of the file tell it.
public struct CaptureFormat: Equatable, Sendable {
  public enum Container: String, Sendable {
    case pcap
    /// The variant of old Linux kernels with longer record headers.
    case modifiedPcap = "pcap-modified"
    case pcapng
  }

  public enum Resolution: String, Sendable {
    case microseconds = "us"
    case nanoseconds = "ns"
  }

  public let container: Container
  /// pcapng says its byte order later, per section.
  public let isBigEndian: Bool?
  /// pcapng has one per interface.
  public let resolution: Resolution?

  static let magicLength = 4

  /// Nil for numbers that no capture begins with.
  init?(magic: UInt32) {
    switch magic {
    case 0xa1b2_c3d4: self.init(.pcap, isBigEndian: true, .microseconds)
    case 0xd4c3_b2a1: self.init(.pcap, isBigEndian: false, .microseconds)
    case 0xa1b2_3c4d: self.init(.pcap, isBigEndian: true, .nanoseconds)
    case 0x4d3c_b2a1: self.init(.pcap, isBigEndian: false, .nanoseconds)
    case 0xa1b2_cd34: self.init(.modifiedPcap, isBigEndian: true, .microseconds)
    case 0x34cd_b2a1: self.init(.modifiedPcap, isBigEndian: false, .microseconds)
    case 0x0a0d_0d0a: self.init(.pcapng, isBigEndian: nil, nil)
    default: return nil
    }
  }

  private init(_ container: Container, isBigEndian: Bool?, _ resolution: Resolution?) {
    self.container = container
    self.isBigEndian = isBigEndian
    self.resolution = resolution
  }
}

extension CaptureFormat: CustomStringConvertible {
  public var description: String {
    guard let isBigEndian, let resolution else { return container.rawValue }
    return "\(container.rawValue), \(isBigEndian ? "big" : "little")-endian, \(resolution)"
  }
}

/// What files that are no captures look like, by their first bytes.
enum ForeignFormat {
  static let gzip: UInt32 = 0x1f8b_0000

  static func isGzip(_ magic: UInt32) -> Bool { magic & 0xffff_0000 == gzip }

  /// The compression program's name.
  static func compression(_ magic: UInt32) -> String? {
    switch magic {
    case 0x28b5_2ffd: "zstd"
    case 0xfd37_7a58: "xz"
    case 0x0422_4d18: "lz4"
    case let m where m & 0xffff_ff00 == 0x425a_6800: "bzip2"
    default: nil
    }
  }

  static func kind(_ magic: UInt32) -> String? {
    switch magic {
    case 0x736e_6f6f: "a snoop file"
    case 0x504b_0304: "a zip archive"
    case 0x7f45_4c46: "a program"
    default: nil
    }
  }
}
