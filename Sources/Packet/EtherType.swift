/// EtherTypes that lead to an IP header, from the IEEE 802 numbers registry.
@usableFromInline
enum EtherType {
  @usableFromInline static let ipv4: UInt16 = 0x0800
  @usableFromInline static let arp: UInt16 = 0x0806
  @usableFromInline static let transparentBridging: UInt16 = 0x6558
  @usableFromInline static let customerVLAN: UInt16 = 0x8100
  @usableFromInline static let ipv6: UInt16 = 0x86dd
  @usableFromInline static let ppp: UInt16 = 0x880b
  @usableFromInline static let mpls: UInt16 = 0x8847
  @usableFromInline static let mplsUpstream: UInt16 = 0x8848
  @usableFromInline static let pppoeSession: UInt16 = 0x8864
  @usableFromInline static let jumboLLC: UInt16 = 0x8870
  @usableFromInline static let serviceVLAN: UInt16 = 0x88a8
  @usableFromInline static let macSecurity: UInt16 = 0x88e5
  @usableFromInline static let backboneService: UInt16 = 0x88e7
  @usableFromInline static let fabricPath: UInt16 = 0x8903
  @usableFromInline static let vnTag: UInt16 = 0x8926
  @usableFromInline static let hsr: UInt16 = 0x892f
  @usableFromInline static let bridgePortExtension: UInt16 = 0x893f
  @usableFromInline static let networkService: UInt16 = 0x894f
  /// QinQ before 802.1ad gave it a number.
  @usableFromInline static let oldServiceVLAN: UInt16 = 0x9100
  @usableFromInline static let arista: UInt16 = 0xd28b
  @usableFromInline static let redundancyTag: UInt16 = 0xf1c1

  /// Below this, the field is the length of an 802.3 frame (or, from 1501 on, nothing at all).
  @usableFromInline static let smallest: UInt16 = 0x0600
  @usableFromInline static let largestLength: UInt16 = 1500
}
