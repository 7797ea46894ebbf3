/// One entry of Cilium's connection-tracking map: a connection as one endpoint sees it in the direction that it was
/// opened (`kernel-datapath.md` §4, "Connection state").
struct TrackedConnection: BitwiseCopyable {
  struct Flags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    @inline(__always)
    init(rawValue: UInt8) { self.rawValue = rawValue }

    // One bit per direction of the packet at the endpoint: shifted by 0 for ingress, 1 for egress.
    @inline(__always)
    static func closing(_ direction: Int) -> Flags { Flags(rawValue: 1 &<< UInt8(truncatingIfNeeded: direction)) }
    @inline(__always)
    static func synSeen(_ direction: Int) -> Flags { Flags(rawValue: 4 &<< UInt8(truncatingIfNeeded: direction)) }

    static var bothClosing: Flags { Flags(rawValue: 0b11) }
    static var bothSyns: Flags { Flags(rawValue: 0b1100) }
    static var nonSynSeen: Flags { Flags(rawValue: 1 << 4) }
    /// Made without asking the policy, which its packets need not pass either (`EngineOptions.Midstream.allow`).
    static var midstream: Flags { Flags(rawValue: 1 << 5) }
  }

  /// The last second in which the entry is alive; 0: no entry.
  var expiry: UInt32 = 0
  /// The redirect in force when it was last judged; 0 none.
  var redirect: UInt16 = 0
  var flags: Flags = []
  /// Not of the entry but of the slot; it stands here because there is room (`Shortcut`).
  private var shortcut = Shortcut()

  static var shortcutOffset: Int { 7 }

  @inline(__always)
  func isAlive(at now: UInt32) -> Bool { expiry != 0 && expiry >= now }

  /// A new entry, made by a packet that travels in `direction`. As in Cilium every TCP entry begins as if by a SYN: a
  /// connection met midway lives for `tcpSyn` until its next packet.
  @inline(__always)
  init(
    openedIn direction: Int, isTCP: Bool, redirect: UInt16, midstream: Bool, at now: UInt32,
    timeouts: PathSettings.Timeouts
  ) {
    self.redirect = redirect
    if isTCP { flags = .synSeen(direction) }
    if midstream { flags.insert(.midstream) }
    expiry = Self.expiry(at: now, after: isTCP ? timeouts.tcpSyn : timeouts.other)
  }

  /// No entry.
  @inline(__always)
  init() {}

  /// Both directions are closing: only its end is awaited.
  @inline(__always)
  var isClosed: Bool { flags.isSuperset(of: .bothClosing) }

  /// What `touch` does for a TCP packet that neither opens nor closes, while the entry is not closed.
  @inline(__always)
  mutating func prolong(to expiry: UInt32) {
    flags.insert(.nonSynSeen)
    self.expiry = expiry
  }

  /// Accounts for a packet of a living entry, whatever its verdict will be.
  ///
  /// - Returns: false when an opening SYN met a closing connection: the entry was reset, and the packet is new.
  @inline(__always)
  mutating func touch(
    direction: Int, isTCP: Bool, tcp: TCPFlags, at now: UInt32, timeouts: PathSettings.Timeouts
  ) -> Bool {
    guard isTCP else {
      expiry = Self.expiry(at: now, after: timeouts.other)
      return true
    }
    if !isClosed { refreshTCP(direction, tcp, now, timeouts) }
    if tcp.closes {
      if tcp.contains(.rst), !flags.isSuperset(of: .bothSyns) {
        flags.insert(.bothClosing)
      } else {
        flags.insert(.closing(direction))
      }
      if flags.isSuperset(of: .bothClosing) { expiry = Self.expiry(at: now, after: timeouts.tcpFin) }
    } else if tcp.opens, !flags.isDisjoint(with: .bothClosing) {
      flags.subtract([.bothClosing, .bothSyns, .nonSynSeen, .midstream])
      refreshTCP(direction, tcp, now, timeouts)
      return false
    }
    return true
  }

  @inline(__always)
  private mutating func refreshTCP(_ direction: Int, _ tcp: TCPFlags, _ now: UInt32, _ timeouts: PathSettings.Timeouts)
  {
    if tcp.contains(.syn) { flags.insert(.synSeen(direction)) } else { flags.insert(.nonSynSeen) }
    expiry = Self.expiry(at: now, after: flags.contains(.nonSynSeen) ? timeouts.tcp : timeouts.tcpSyn)
  }

  @inline(__always)
  static func expiry(at now: UInt32, after lifetime: UInt32) -> UInt32 {
    let (sum, overflow) = now.addingReportingOverflow(lifetime)
    return overflow ? .max : max(sum, 1)
  }
}
