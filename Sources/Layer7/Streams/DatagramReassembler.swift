internal import Addresses
public import Packet

/// Puts fragmented IP datagrams together (RFC 791, section 3.2; RFC 8200, section 4.5).
///
/// Bounded: the oldest of too many unfinished datagrams is given up for a new one, and so is one whose fragments are
/// a minute apart.
public struct DatagramReassembler: ~Copyable {
  /// Unfinished datagrams at once, of up to 64 KiB each.
  public static let maximumDatagrams = 512
  /// Nanoseconds between the first fragment and the last (RFC 8200 has a minute too).
  public static let lifetime: Int64 = 60_000_000_000

  private struct Key: Equatable {
    var source: IPAddress
    var destination: IPAddress
    var identification: UInt32
    var protocolNumber: UInt8
  }

  private struct Datagram {
    var key: Key
    var since: Int64
    var assembly = RangeAssembly(limit: 65_535)
    /// Known once the last fragment has come.
    var length: Int?
  }

  private var datagrams: [Datagram] = []
  /// Datagrams that were put together.
  public private(set) var completed = 0
  /// Datagrams that were given up.
  public private(set) var evictions = 0

  public init() {}

  /// Takes in a fragment; returns the whole packet, from its IP header on, when it is the last that was missing.
  public mutating func add(_ headers: PacketHeaders, _ bytes: RawSpan, timestamp: Int64) -> [UInt8]? {
    guard headers.flags.contains(.fragment), let (start, upperProtocol) = Self.content(headers, bytes) else {
      return nil
    }
    let end = min(Int(headers.payloadEnd), bytes.byteCount)
    guard start <= end else { return nil }
    let key = Key(
      source: headers.source, destination: headers.destination, identification: headers.fragmentIdentification,
      protocolNumber: upperProtocol)
    let number = self.number(key, timestamp)
    let offset = Int(headers.fragmentOffset) * 8
    guard datagrams[number].assembly.add(bytes.extracting(start..<end), at: offset) else { return nil }
    if !headers.flags.contains(.moreFragments) { datagrams[number].length = offset + end - start }
    guard let length = datagrams[number].length, datagrams[number].assembly.contiguous >= length else { return nil }
    let datagram = datagrams.remove(at: number)
    completed += 1
    return datagram.assembly.withContiguous { content in
      let body = content.extracting(first: length).withUnsafeBytes { [UInt8]($0) }
      return Self.header(headers, bytes, protocolNumber: upperProtocol, length: length) + body
    }
  }

  /// Whether an IP packet is longer than what was captured of it, or than its frame.
  public static func isCut(_ headers: PacketHeaders, _ bytes: RawSpan) -> Bool {
    let network = Int(headers.networkOffset)
    guard headers.ipVersion != 0, bytes.byteCount >= network + 20 else { return true }
    let isIPv6 = headers.ipVersion == 6
    let field = bytes.unsafeLoadUnaligned(fromByteOffset: network + (isIPv6 ? 4 : 2), as: UInt16.self)
    return network + (isIPv6 ? 40 : 0) + Int(UInt16(bigEndian: field)) > Int(headers.payloadEnd)
  }

  private mutating func number(_ key: Key, _ timestamp: Int64) -> Int {
    if let known = datagrams.lastIndex(where: { $0.key == key }) {
      let (age, overflow) = timestamp.subtractingReportingOverflow(datagrams[known].since)
      if !overflow, age < Self.lifetime { return known }
      datagrams.remove(at: known)
      evictions += 1
    }
    if datagrams.count == Self.maximumDatagrams {
      datagrams.removeFirst()
      evictions += 1
    }
    datagrams.append(Datagram(key: key, since: timestamp))
    return datagrams.count - 1
  }

  /// Where the fragment's content begins, and which protocol it belongs to.
  private static func content(_ headers: PacketHeaders, _ bytes: RawSpan) -> (Int, UInt8)? {
    let network = Int(headers.networkOffset)
    if headers.ipVersion == 4 {
      guard bytes.byteCount >= network + 20 else { return nil }
      let first = bytes.unsafeLoad(fromByteOffset: network, as: UInt8.self)
      return (network + Int(first & 0xf) * 4, bytes.unsafeLoad(fromByteOffset: network + 9, as: UInt8.self))
    }
    // The fragment header lies behind those that every router reads.
    var offset = network + 40
    guard bytes.byteCount >= offset else { return nil }
    var next = bytes.unsafeLoad(fromByteOffset: network + 6, as: UInt8.self)
    while offset + 8 <= bytes.byteCount {
      let following = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      switch next {
      case 44: return (offset + 8, following)
      case 0, 43, 60: offset += (Int(bytes.unsafeLoad(fromByteOffset: offset + 1, as: UInt8.self)) + 1) * 8
      default: return nil
      }
      next = following
    }
    return nil
  }

  /// The header of the packet as it was before it was cut, without options.
  private static func header(
    _ headers: PacketHeaders, _ bytes: RawSpan, protocolNumber: UInt8, length: Int
  ) -> [UInt8] {
    let network = Int(headers.networkOffset)
    if headers.ipVersion == 4 {
      // A total length of 0 says: to the end. The longest datagram does not fit into the field with its header.
      let total = length + 20 <= 65_535 ? length + 20 : 0
      let addresses = bytes.extracting(network + 12..<network + 20).withUnsafeBytes { [UInt8]($0) }
      return [0x45, 0, UInt8(total >> 8), UInt8(total & 0xff), 0, 0, 0, 0, 64, protocolNumber, 0, 0] + addresses
    }
    let addresses = bytes.extracting(network + 8..<network + 40).withUnsafeBytes { [UInt8]($0) }
    return [0x60, 0, 0, 0, UInt8(length >> 8), UInt8(length & 0xff), protocolNumber, 64] + addresses
  }
}
