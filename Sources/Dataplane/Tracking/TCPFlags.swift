/// The TCP flags that connection tracking looks at, with their bits in the header.
struct TCPFlags: OptionSet, BitwiseCopyable {
  let rawValue: UInt8
  @inline(__always)
  init(rawValue: UInt8) { self.rawValue = rawValue }

  static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
  static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
  static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
  static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }

  /// SYN without ACK, and nothing that ends a connection.
  @inline(__always)
  var opens: Bool { rawValue & 0x17 == 0x02 }

  /// Neither SYN nor anything that ends a connection.
  @inline(__always)
  var isPlain: Bool { rawValue & 0x07 == 0 }

  @inline(__always)
  var closes: Bool { rawValue & 0x05 != 0 }
}
