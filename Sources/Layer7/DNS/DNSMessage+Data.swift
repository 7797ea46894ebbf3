public import Addresses

/// What records say.
extension DNSMessage.Record {
  public enum Content: Sendable, Hashable {
    case address(IPAddress)
    /// CNAME, NS, PTR, DNAME, or the target of SRV or MX: the name as displayed.
    case name(String)
    case text([String])
  }

  /// nil for other types, and for data that do not hold what their type says.
  public func content(in bytes: RawSpan) -> Content? {
    switch type {
    case DNSRecordType.a where data.count >= 4, DNSRecordType.aaaa where data.count >= 16:
      return address(in: bytes).map { .address($0) }
    case DNSRecordType.canonicalName, DNSRecordType.nameServer, DNSRecordType.pointer, DNSRecordType.delegationName:
      return name(in: bytes, after: 0)
    case DNSRecordType.mailExchange:
      return name(in: bytes, after: 2)
    case DNSRecordType.service:
      return name(in: bytes, after: 6)
    case DNSRecordType.text:
      return text(in: bytes)
    default:
      return nil
    }
  }

  /// The address of an A or AAAA record.
  public func address(in bytes: RawSpan) -> IPAddress? {
    var reader = ByteReader(bytes.part(data))
    switch type {
    case DNSRecordType.a:
      return reader.uint32().map { IPAddress(ipv4: $0) }
    case DNSRecordType.aaaa:
      guard let high = reader.number(bytes: 8), let low = reader.number(bytes: 8) else { return nil }
      return IPAddress(ipv6High: high, low: low)
    default:
      return nil
    }
  }

  private func name(in bytes: RawSpan, after skipped: Int) -> Content? {
    guard Int(data.count) > skipped else { return nil }
    return DNSMessage.displayName(in: bytes, at: Int(data.start) + skipped).map { .name($0) }
  }

  /// Strings, each with its length before it (RFC 1035 §3.3.14).
  private func text(in bytes: RawSpan) -> Content? {
    var reader = ByteReader(bytes.part(data))
    var strings: [String] = []
    while let count = reader.byte() {
      guard let range = reader.range(Int(count)) else { return nil }
      strings.append(bytes.text(ByteRange(Int(data.start) + range.lowerBound, range.count)))
    }
    return .text(strings)
  }
}
