import Rules
import Tables

/// The entries of one direction of a policy map, and the precedence between them (`cilium-policy.md` §5.4, §5.5).
///
/// Which entries stay does not depend on the order in which they came: an entry goes if another that covers it is a deny,
/// or redirects with a higher priority. So all are put in first and pruned once at the end, one identity after the
/// other: entries of different identities act on each other only through those of any peer.
struct PolicyMapBuilder {
  /// The part of an entry that precedence looks at.
  struct Value: Equatable, Sendable {
    var isDeny = false
    var redirect: UInt16 = 0
    var proxyPriority: UInt8 = 0
    var authentication = AuthenticationType.none
    var authenticationIsExplicit = false
    /// Index into `Provenance.lists`.
    var rules: UInt32 = 0
  }

  /// A key packed so that numbers sort as keys do: by identity, protocol, then the broader first.
  struct Key: Comparable, Hashable, Sendable {
    var bits: UInt64

    init(identity: UInt32, protocolNumber: UInt8, port: UInt16, portPrefixLength: UInt8) {
      bits = UInt64(identity) << 32 | UInt64(protocolNumber) << 24 | UInt64(portPrefixLength) << 16 | UInt64(port)
    }

    var identity: UInt32 { UInt32(truncatingIfNeeded: bits >> 32) }
    var protocolNumber: UInt8 { UInt8(truncatingIfNeeded: bits >> 24) }
    var portPrefixLength: UInt8 { UInt8(truncatingIfNeeded: bits >> 16) & 0x1f }
    var port: UInt16 { UInt16(truncatingIfNeeded: bits) }
    /// As `PolicyMapKey.prefixLength`.
    var prefixLength: UInt8 { protocolNumber == 0 ? 0 : 8 + portPrefixLength }

    static func < (a: Key, b: Key) -> Bool { a.bits < b.bits }

    /// Whether this key's protocol and ports include those of the other; equal ones do.
    func covers(_ other: Key) -> Bool {
      guard protocolNumber != 0 else { return true }
      guard protocolNumber == other.protocolNumber, portPrefixLength <= other.portPrefixLength else { return false }
      return portPrefixLength == 0 || (port ^ other.port) >> (16 - UInt16(portPrefixLength)) == 0
    }
  }

  struct Entry: Equatable, Sendable {
    var key: Key
    var value: Value
  }

  private var entries: [Entry] = []
  private var prunes = false
  private let usesAuthentication: Bool
  /// Entries of any peer that can make others go; complete when finished.
  private(set) var strong: [Entry]

  /// - Parameters:
  ///   - usesAuthentication: some rule of the direction names an authentication mode, whoever its peers are.
  ///   - strong: what any peer's entries are to act on, when those of single identities alone are inserted.
  init(usesAuthentication: Bool, strong: [Entry] = []) {
    self.usesAuthentication = usesAuthentication
    self.strong = strong
    prunes = !strong.isEmpty
  }

  @inline(__always)
  mutating func insert(_ value: Value, at key: Key) {
    if value.isDeny || value.proxyPriority > 0 || usesAuthentication { prunes = true }
    entries.append(Entry(key: key, value: value))
  }

  /// Drops what can never decide and returns the rest, sorted by key.
  ///
  /// - Parameters:
  ///   - merge: gives the list of the rules of two.
  ///   - isFirst: which of two redirects is taken where their priorities are equal.
  mutating func finish(
    mergingRules merge: (UInt32, UInt32) -> UInt32, isFirst: (UInt16, UInt16) -> Bool
  ) -> [Entry] {
    entries.sort { $0.key < $1.key }
    mergeEqualKeys(merge, isFirst)
    guard prunes else { return entries }
    // Entries of any peer that can make others go.
    strong += entries.prefix { $0.key.identity == 0 }.filter { $0.value.isDeny || $0.value.proxyPriority > 0 }
    var result: [Entry] = []
    result.reserveCapacity(entries.count)
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count, entries[end].key.identity == entries[start].key.identity { end += 1 }
      prune(start..<end, strong: entries[start].key.identity == 0 ? [] : strong, into: &result)
      start = end
    }
    return result
  }

  private mutating func mergeEqualKeys(
    _ merge: (UInt32, UInt32) -> UInt32, _ isFirst: (UInt16, UInt16) -> Bool
  ) {
    guard entries.count > 1 else { return }
    var last = 0
    for index in 1..<entries.count {
      if entries[index].key == entries[last].key {
        entries[last].value.merge(entries[index].value, mergingRules: merge, isFirst: isFirst)
      } else {
        last += 1
        if last != index { entries[last] = entries[index] }
      }
    }
    entries.removeLast(entries.count - last - 1)
  }

  /// Appends what stays of one identity's entries.
  private func prune(_ range: Range<Int>, strong: [Entry], into result: inout [Entry]) {
    let group = entries[range]
    let rivals = group.filter { $0.value.isDeny || $0.value.proxyPriority > 0 }
    if usesAuthentication {
      inheritAuthentication(group, strong: strong, into: &result)
    } else if rivals.isEmpty, strong.isEmpty {
      result += group
    } else {
      result += group.filter { !$0.isOverruled(by: rivals) && !$0.isOverruled(by: strong) }
    }
  }

  /// Where some rule names an authentication mode, only entries of one identity act on each other, denies aside: a broad
  /// explicit mode flows to the narrower entries without one, and an explicit entry below a redirect takes the redirect
  /// over instead of being dropped.
  private func inheritAuthentication(_ group: ArraySlice<Entry>, strong: [Entry], into result: inout [Entry]) {
    let denies = group.filter(\.value.isDeny) + strong.filter(\.value.isDeny)
    var broadFirst = group.filter { !$0.isDenied(by: denies) }
    broadFirst.sort { ($0.key.prefixLength, $0.key) < ($1.key.prefixLength, $1.key) }
    var kept: [Entry] = []
    for var entry in broadFirst {
      guard !entry.value.isDeny else {
        kept.append(entry)
        continue
      }
      let isExplicit = entry.value.authenticationIsExplicit
      var isDropped = false
      var hasDerived = false
      for wider in kept.reversed() where wider.key != entry.key && wider.key.covers(entry.key) {
        if wider.value.proxyPriority > entry.value.proxyPriority {
          isDropped = !isExplicit
          entry.value.redirect = wider.value.redirect
          entry.value.proxyPriority = wider.value.proxyPriority
          break
        }
        if wider.value.authenticationIsExplicit, !isExplicit, !hasDerived {
          entry.value.authentication = wider.value.authentication
          hasDerived = true
        }
      }
      if !isDropped { kept.append(entry) }
    }
    result += kept.sorted { $0.key < $1.key }
  }
}

extension PolicyMapBuilder.Entry {
  /// Whether a deny covers it, or a redirect of higher priority.
  fileprivate func isOverruled(by rivals: [Self]) -> Bool {
    for rival in rivals where rival.key != key && rival.key.covers(key) {
      if rival.value.isDeny || (!value.isDeny && rival.value.proxyPriority > value.proxyPriority) { return true }
    }
    return false
  }

  fileprivate func isDenied(by denies: [Self]) -> Bool {
    denies.contains { $0.key != key && $0.key.covers(key) }
  }
}

extension PolicyMapBuilder.Value {
  /// Equal but for the rules behind them.
  func decidesAlike(_ other: Self) -> Bool {
    isDeny == other.isDeny && redirect == other.redirect && proxyPriority == other.proxyPriority
      && authentication == other.authentication && authenticationIsExplicit == other.authenticationIsExplicit
  }

  /// Two entries of one key: a deny wins, then the redirect of higher priority; explicit authentication beats inherited.
  mutating func merge(
    _ other: Self, mergingRules: (UInt32, UInt32) -> UInt32, isFirst: (UInt16, UInt16) -> Bool
  ) {
    guard isDeny == other.isDeny else {
      if other.isDeny { self = other }
      return
    }
    if rules != other.rules { rules = mergingRules(rules, other.rules) }
    if other.proxyPriority > proxyPriority
      || (other.proxyPriority == proxyPriority && other.redirect != redirect && other.redirect != 0
        && isFirst(other.redirect, redirect))
    {
      proxyPriority = other.proxyPriority
      redirect = other.redirect
    }
    if authenticationIsExplicit == other.authenticationIsExplicit {
      if other.authentication.rawValue > authentication.rawValue { authentication = other.authentication }
    } else if other.authenticationIsExplicit {
      authentication = other.authentication
      authenticationIsExplicit = true
    }
  }
}
