extension Flow {
  /// Why the datapath dropped a packet, by Cilium's number.
  ///
  /// The numbers are shared by the datapath, the protocol and the printers; names and texts are in `DropReason.table`.
  public struct DropReason: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let unknown = DropReason(rawValue: 0)
    public static let invalidSourceIP = DropReason(rawValue: 132)
    /// Nothing allowed it.
    public static let policyDenied = DropReason(rawValue: 133)
    public static let invalidPacket = DropReason(rawValue: 134)
    public static let truncatedOrInvalidHeader = DropReason(rawValue: 135)
    public static let fragmentationNeeded = DropReason(rawValue: 136)
    public static let conntrackUnknownL4Protocol = DropReason(rawValue: 137)
    public static let unsupportedL3Protocol = DropReason(rawValue: 139)
    public static let missedTailCall = DropReason(rawValue: 140)
    public static let unknownL4Protocol = DropReason(rawValue: 142)
    public static let unknownICMPv4Code = DropReason(rawValue: 143)
    public static let unknownICMPv4Type = DropReason(rawValue: 144)
    public static let unknownICMPv6Code = DropReason(rawValue: 145)
    public static let unknownICMPv6Type = DropReason(rawValue: 146)
    public static let unknownL3TargetAddress = DropReason(rawValue: 150)
    public static let staleOrUnroutableIP = DropReason(rawValue: 151)
    public static let conntrackMapInsertionFailed = DropReason(rawValue: 155)
    public static let invalidIPv6ExtensionHeader = DropReason(rawValue: 156)
    public static let fragmentationNotSupported = DropReason(rawValue: 157)
    public static let serviceBackendNotFound = DropReason(rawValue: 158)
    public static let unknownConntrackState = DropReason(rawValue: 163)
    public static let unsupportedL2Protocol = DropReason(rawValue: 166)
    public static let invalidIdentity = DropReason(rawValue: 171)
    public static let unknownSender = DropReason(rawValue: 172)
    public static let firstFragmentNotFound = DropReason(rawValue: 175)
    public static let forbiddenICMPv6Message = DropReason(rawValue: 176)
    public static let deniedByLoadBalancerSourceRange = DropReason(rawValue: 177)
    public static let proxyRedirectionNotSupported = DropReason(rawValue: 180)
    /// A deny rule matched.
    public static let policyDeny = DropReason(rawValue: 181)
    public static let vlanFiltered = DropReason(rawValue: 182)
    public static let authRequired = DropReason(rawValue: 189)
    public static let unencryptedTraffic = DropReason(rawValue: 195)
    public static let ttlExceeded = DropReason(rawValue: 196)
    public static let rateLimited = DropReason(rawValue: 198)
    public static let endpointNotReady = DropReason(rawValue: 203)
    public static let puntToProxy = DropReason(rawValue: 205)

    /// The name in the protocol; nil for a number without one.
    public var protobufName: String? { Self.entry(of: rawValue)?.name }

    /// What the printers write for a drop event.
    public var text: String { Self.entry(of: rawValue)?.text ?? "\(rawValue), 0" }

    /// The reason of that name in the protocol.
    public init?(protobufName name: some StringProtocol) {
      guard let entry = Self.table.first(where: { $0.name == name }) else { return nil }
      self.init(rawValue: entry.number)
    }

    private static func entry(of number: UInt32) -> Entry? {
      number < UInt32(index.count) ? index[Int(number)].map { table[Int($0)] } : nil
    }

    /// Where in `table` a number stands.
    private static let index: [UInt8?] = {
      var index = [UInt8?](repeating: nil, count: 256)
      for (position, entry) in table.enumerated() { index[Int(entry.number)] = UInt8(position) }
      return index
    }()
  }
}
