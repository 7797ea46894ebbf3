import Rules
import Tables

/// The policy maps of all policies, compiled for Cilium's lookup: longest-prefix match among the peer's keys, then among
/// those of any peer, then precedence between the two (`cilium-policy.md` §6).
///
/// A key's prefix is protocol and port, so there are at most 18 lengths, and a map uses few of them: each lookup probes
/// one hash table per length that occurs, longest first. All maps lie in one buffer.
struct PolicyIndex: ~Copyable, Sendable {
  /// What a lookup needs of an entry.
  struct Entry: BitwiseCopyable, Sendable {
    var redirect: UInt16 = 0
    var proxyPriority: UInt8 = 0
    var authentication: UInt8 = 0
    var prefixLength: UInt8 = 0
    var isDeny = false
    var authenticationIsExplicit = false
    /// `PolicyMapEntry.rules`
    var rules: UInt32 = 0
  }

  struct Slot: BitwiseCopyable, Sendable {
    /// Identity, protocol, port and prefix length; see `key`.
    var key: UInt64 = 0
    /// Position in `entries`; `none`: empty.
    var entry: UInt32 = PolicyIndex.none
  }

  /// One policy's map of one direction.
  struct Map: BitwiseCopyable, Sendable {
    /// First slot of its hash table, whose size is `mask` + 1.
    var base: UInt32 = 0
    var mask: UInt32 = 0
    /// Bit n: some key of a specific identity, or of any peer, has prefix length n.
    var peerLengths: UInt32 = 0
    var anyLengths: UInt32 = 0
    /// Where the policy's entries begin in `entries`.
    var firstEntry: UInt32 = 0
    var isEnforced = false
  }

  static let none = UInt32.max

  let slots: FixedBuffer<Slot>
  /// Two per policy: ingress, egress.
  let maps: FixedBuffer<Map>
  let entries: FixedBuffer<Entry>
  let policyCount: Int
  /// Slots and entries that the policies take; there may be spare ones behind them.
  let builtSlots: Int
  let builtEntries: Int

  /// - Parameter hasSpareRoom: entries will come and go.
  init(_ policies: [EndpointPolicy], hasSpareRoom: Bool = false) {
    policyCount = policies.count
    var builder = PolicyIndexBuilder()
    for policy in policies { builder.add(policy) }
    builtSlots = builder.slots.count
    builtEntries = builder.entries.count
    slots = FixedBuffer(builder.slots, padding: Slot(), spare: hasSpareRoom ? max(1 << 16, builtSlots) : 0)
    maps = FixedBuffer(builder.maps, padding: Map())
    entries = FixedBuffer(builder.entries, padding: Entry(), spare: hasSpareRoom ? max(1 << 15, builtEntries) : 0)
  }

  /// The rules behind an entry, as `PolicyVerdict.entry` names it.
  func rules(policy: Int, entry: Int32) -> UInt32 {
    let index = Int(maps[policy * 2].firstEntry) + Int(entry)
    return entry >= 0 && index < entries.count ? entries[index].rules : 0
  }

  @inline(__always)
  static func key(identity: UInt32, protocolNumber: UInt8, port: UInt16, prefixLength: UInt32) -> UInt64 {
    UInt64(identity) &<< 32 | UInt64(protocolNumber) &<< 24 | UInt64(port) &<< 8 | UInt64(prefixLength)
  }

  @inline(__always)
  static func home(_ key: UInt64, _ mask: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: Hashing.word(key)) & mask
  }

  /// - Parameters:
  ///   - policy: an index below `policyCount`.
  ///   - direction: `Direction`'s number, 0 ingress or 1 egress.
  @inline(__always)
  func lookup(
    policy: Int, direction: Int, peer: UInt32, protocolNumber: UInt8, port: UInt16
  ) -> PolicyVerdict {
    let map = maps.base + (policy &* 2 &+ direction)
    let entries = entries.base
    // Identity 0 finds the keys of any peer as its own.
    let ownLengths = peer == 0 ? map.pointee.anyLengths : map.pointee.peerLengths
    let own = find(map, ownLengths, peer, protocolNumber, port)
    if own != Self.none, entries[Int(own)].isDeny { return verdict(map, own, other: Self.none, anyPeer: false) }
    let any = find(map, map.pointee.anyLengths, 0, protocolNumber, port)
    guard any != Self.none else {
      return own == Self.none ? unmatched(map) : verdict(map, own, other: any, anyPeer: false)
    }
    guard own != Self.none else { return verdict(map, any, other: own, anyPeer: true) }
    let (ownEntry, anyEntry) = (entries[Int(own)], entries[Int(any)])
    let anyWins =
      anyEntry.isDeny || anyEntry.proxyPriority > ownEntry.proxyPriority
      || (anyEntry.proxyPriority == ownEntry.proxyPriority && anyEntry.prefixLength > ownEntry.prefixLength)
    return anyWins
      ? verdict(map, any, other: own, anyPeer: true) : verdict(map, own, other: any, anyPeer: false)
  }

  func isEnforced(policy: Int, direction: Int) -> Bool {
    maps[policy &* 2 &+ direction].isEnforced
  }

  /// The entry with the longest prefix among those of `identity`.
  @inline(__always)
  private func find(
    _ map: UnsafePointer<Map>, _ lengths: UInt32, _ identity: UInt32, _ protocolNumber: UInt8, _ port: UInt16
  ) -> UInt32 {
    let (base, mask) = (slots.base + Int(map.pointee.base), map.pointee.mask)
    var remaining = lengths
    while remaining != 0 {
      let length = UInt32(truncatingIfNeeded: 31 &- remaining.leadingZeroBitCount)
      remaining &= ~(1 &<< length)
      // Lengths are 0 and 8…24: the protocol counts from 8, and the rest are leading bits of the port.
      let portBits = length > 8 ? length &- 8 : 0
      let masked = UInt16(truncatingIfNeeded: UInt32(port) & ~(0xffff &>> portBits))
      let key = Self.key(
        identity: identity, protocolNumber: length == 0 ? 0 : protocolNumber, port: masked, prefixLength: length)
      var index = Self.home(key, mask)
      while true {  // ends: at most half of a map's slots are taken
        let slot = base + Int(index)
        if slot.pointee.key == key, slot.pointee.entry != Self.none { return slot.pointee.entry }
        if slot.pointee.entry == Self.none { break }
        index = (index &+ 1) & mask
      }
    }
    return Self.none
  }

  @inline(__always)
  private func verdict(_ map: UnsafePointer<Map>, _ winner: UInt32, other: UInt32, anyPeer: Bool) -> PolicyVerdict {
    let entry = entries[Int(winner)]
    var result = PolicyVerdict()
    result.entry = Int32(truncatingIfNeeded: winner &- map.pointee.firstEntry)
    result.matchType = MatchType(anyPeer: anyPeer, prefixLength: entry.prefixLength)
    if entry.isDeny {
      result.reason = .policyDeny
      return result
    }
    result.redirect = entry.redirect
    result.authenticationNumber = entry.authentication
    if other != Self.none, !entry.authenticationIsExplicit {
      result.authenticationNumber = max(entry.authentication, entries[Int(other)].authentication)
    }
    return result
  }

  @inline(__always)
  private func unmatched(_ map: UnsafePointer<Map>) -> PolicyVerdict {
    var result = PolicyVerdict()
    if map.pointee.isEnforced {
      result.reason = .policyDenied
    } else {
      result.matchType = .all
    }
    return result
  }
}
