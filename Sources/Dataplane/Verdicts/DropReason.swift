/// Why a packet was dropped: Cilium's number for it.
///
/// The number is the contract (`kernel-datapath.md` §2); names of all of Cilium's reasons belong to the flow records.
/// Constants are here for the reasons that this engine can give.
@frozen
public struct DropReason: RawRepresentable, Sendable, Hashable, BitwiseCopyable {
  public let rawValue: UInt8

  @inlinable @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Not dropped.
  @inlinable public static var none: DropReason { DropReason(rawValue: 0) }
  /// Nothing in the policy map matched.
  @inlinable public static var policyDenied: DropReason { DropReason(rawValue: 133) }
  /// Headers that are cut short or contradict themselves, and any fragment of an ICMP packet.
  @inlinable public static var invalidPacket: DropReason { DropReason(rawValue: 134) }
  /// The transport header cannot be read.
  @inlinable public static var invalidTransportHeader: DropReason { DropReason(rawValue: 135) }
  /// A transport protocol that connection tracking does not know.
  @inlinable public static var unknownTransport: DropReason { DropReason(rawValue: 137) }
  /// A network protocol, or an address family, that is not enabled.
  @inlinable public static var unsupportedNetworkProtocol: DropReason { DropReason(rawValue: 139) }
  @inlinable public static var invalidExtensionHeader: DropReason { DropReason(rawValue: 156) }
  /// A fragment while fragment tracking is off.
  @inlinable public static var fragmentationNotSupported: DropReason { DropReason(rawValue: 157) }
  @inlinable public static var serviceBackendNotFound: DropReason { DropReason(rawValue: 158) }
  @inlinable public static var unsupportedLinkProtocol: DropReason { DropReason(rawValue: 166) }
  /// A pod sends to the overlay's own UDP port.
  @inlinable public static var encapsulationProhibited: DropReason { DropReason(rawValue: 170) }
  /// A later fragment of a datagram whose first fragment was not seen.
  @inlinable public static var firstFragmentNotFound: DropReason { DropReason(rawValue: 175) }
  @inlinable public static var forbiddenICMPv6: DropReason { DropReason(rawValue: 176) }
  /// A deny entry matched.
  @inlinable public static var policyDeny: DropReason { DropReason(rawValue: 181) }
  @inlinable public static var authenticationRequired: DropReason { DropReason(rawValue: 189) }
}
