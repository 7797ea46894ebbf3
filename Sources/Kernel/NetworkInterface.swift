public import Addresses
internal import CBPF
internal import Glibc

/// A network interface of the process's network namespace.
public struct NetworkInterface: Sendable, Equatable {
  public let name: String
  public let index: UInt32

  /// - Throws: `.missing` when there is none of that name.
  public init(named name: String) throws(KernelError) {
    let index = if_nametoindex(name)
    guard index != 0 else {
      let others = Self.all().map(\.name).prefix(12).joined(separator: ", ")
      throw KernelError(
        .missing, "find the interface \(name)", "this network namespace has none of that name",
        hint: "it has \(others); ip netns exec NAME weir … runs Weir in another namespace")
    }
    self.name = name
    self.index = index
  }

  private init(name: String, index: UInt32) {
    self.name = name
    self.index = index
  }

  /// All of them, by index.
  public static func all() -> [NetworkInterface] {
    guard let first = if_nameindex() else { return [] }
    defer { if_freenameindex(first) }
    var result: [NetworkInterface] = []
    var next = first
    while next.pointee.if_index != 0, let name = next.pointee.if_name {
      result.append(NetworkInterface(name: String(cString: name), index: next.pointee.if_index))
      next += 1
    }
    return result.sorted { $0.index < $1.index }
  }

  /// False once the interface was removed, or its name given to another.
  public var exists: Bool { if_nametoindex(name) == index }

  /// Whether frames begin with an Ethernet header, as the BPF program expects.
  var hasEthernetHeader: Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var request = ifreq()
    withUnsafeMutableBytes(of: &request.ifr_ifrn) { $0.copyBytes(from: name.utf8.prefix(Int(IFNAMSIZ) - 1)) }
    guard ioctl(descriptor, UInt(SIOCGIFHWADDR), &request) == 0 else { return true }
    return [ethernetHardware, loopbackHardware].contains(Int32(request.ifr_ifru.ifru_hwaddr.sa_family))
  }

  /// The interface's own addresses.
  public var addresses: [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var result: [IPAddress] = []
    var next = first
    while let entry = next?.pointee {
      if String(cString: entry.ifa_name) == name, let address = entry.ifa_addr, let known = Self.address(address) {
        result.append(known)
      }
      next = entry.ifa_next
    }
    return result
  }

  private static func address(_ socketAddress: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    switch Int32(socketAddress.pointee.sa_family) {
    case AF_INET:
      return socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        IPAddress(ipv4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      return socketAddress.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) {
          IPAddress(
            ipv6High: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
      }
    default: return nil
    }
  }
}

/// Hardware types of `linux/if_arp.h`.
private let ethernetHardware: Int32 = 1
private let loopbackHardware: Int32 = 772
