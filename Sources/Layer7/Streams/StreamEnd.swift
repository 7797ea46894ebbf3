public import Addresses

/// One end of a TCP connection or of a conversation over UDP.
public struct StreamEnd: Hashable, Sendable, BitwiseCopyable {
  public var address: IPAddress
  public var port: UInt16

  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension StreamEnd: Comparable {
  public static func < (a: StreamEnd, b: StreamEnd) -> Bool {
    a.address != b.address ? a.address < b.address : a.port < b.port
  }
}
