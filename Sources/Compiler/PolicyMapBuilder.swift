import Rules
import Tables

/// The entries of one policy map, and the precedence between them (`cilium-policy.md` §5.4, §5.5).
///
/// Which entries stay does not depend on the order in which they came: an entry goes if another that covers it is a deny,
/// or redirects with a higher priority. So all are put in first and pruned once at the end.
struct PolicyMapBuilder {
  /// The part of an entry that precedence looks at.
  struct Value {
    var isDeny = false
    var redirect: UInt16 = 0
    var proxyPriority: UInt8 = 0
    var authentication = AuthenticationType.none
    var authenticationIsExplicit = false
    var rules: Set<UInt32> = []
  }

  private var values: [PolicyMapKey: Value] = [:]
  /// Combined prefix lengths in use, and whether some entry is a deny or a redirect: what cannot occur need not be looked
  /// for.
  private var prefixLengths: Set<UInt8> = []
  private var hasDeny = false
  private var hasRedirect = false
  private let usesAuthentication: Bool

  /// - Parameter usesAuthentication: some rule of the direction names an authentication mode, whoever its peers are.
  init(usesAuthentication: Bool) {
    self.usesAuthentication = usesAuthentication
  }

  mutating func insert(_ value: Value, at key: PolicyMapKey) {
    prefixLengths.insert(key.prefixLength)
    hasDeny = hasDeny || value.isDeny
    hasRedirect = hasRedirect || value.proxyPriority > 0
    guard var known = values[key] else {
      values[key] = value
      return
    }
    known.merge(value)
    values[key] = known
  }

  /// Keys that cover this one, itself left out, from the most specific to the least; those of the same identity before
  /// those of any peer.
  private func covering(_ key: PolicyMapKey, sameIdentityOnly: Bool) -> [PolicyMapKey] {
    let lengths = prefixLengths.filter { $0 <= key.prefixLength }.sorted(by: >)
    var result: [PolicyMapKey] = []
    for length in lengths {
      var wider = key
      if length == 0 {
        (wider.protocolNumber, wider.port, wider.portPrefixLength) = (0, 0, 0)
      } else {
        guard length >= 8 else { continue }
        wider.portPrefixLength = length - 8
        wider.port = wider.portPrefixLength == 0 ? 0 : key.port & ~(UInt16.max >> UInt16(wider.portPrefixLength))
      }
      if length < key.prefixLength, values[wider] != nil { result.append(wider) }
      guard !sameIdentityOnly, key.identity != 0 else { continue }
      wider.identity = 0
      if values[wider] != nil { result.append(wider) }
    }
    return result
  }

  /// Drops what can never decide and returns the rest, sorted by key.
  mutating func finish() -> [(key: PolicyMapKey, value: Value)] {
    if hasDeny { pruneDenied() }
    if usesAuthentication { inheritAuthentication() } else if hasRedirect { pruneRedirected() }
    return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private mutating func pruneDenied() {
    let covered = values.keys.filter { key in
      covering(key, sameIdentityOnly: false).contains { values[$0]?.isDeny ?? false }
    }
    for key in covered { values[key] = nil }
  }

  private mutating func pruneRedirected() {
    let covered = values.filter { key, value in
      !value.isDeny
        && covering(key, sameIdentityOnly: false).contains {
          (values[$0]?.proxyPriority ?? 0) > value.proxyPriority
        }
    }
    for key in covered.keys { values[key] = nil }
  }

  /// Where some rule names an authentication mode, only entries of one identity act on each other: a broad explicit mode
  /// flows to the narrower entries without one, and an explicit entry below a redirect takes the redirect over instead
  /// of being dropped.
  private mutating func inheritAuthentication() {
    let byBreadth = values.keys.sorted { ($0.prefixLength, $0) < ($1.prefixLength, $1) }
    for key in byBreadth {
      guard var value = values[key], !value.isDeny else { continue }
      var isDropped = false
      var hasDerived = false
      for wider in covering(key, sameIdentityOnly: true) {
        guard let outer = values[wider] else { continue }
        if outer.proxyPriority > value.proxyPriority {
          guard value.authenticationIsExplicit else {
            isDropped = true
            break
          }
          value.redirect = outer.redirect
          value.proxyPriority = outer.proxyPriority
          break
        }
        if outer.authenticationIsExplicit, !value.authenticationIsExplicit, !hasDerived {
          value.authentication = outer.authentication
          hasDerived = true
        }
      }
      values[key] = isDropped ? nil : value
    }
  }
}

extension PolicyMapBuilder.Value {
  /// Equal but for the rules behind them.
  func decidesAlike(_ other: Self) -> Bool {
    isDeny == other.isDeny && redirect == other.redirect && proxyPriority == other.proxyPriority
      && authentication == other.authentication && authenticationIsExplicit == other.authenticationIsExplicit
  }

  /// Two entries of one key: a deny wins, then the redirect of higher priority; explicit authentication beats inherited.
  mutating func merge(_ other: Self) {
    guard isDeny == other.isDeny else {
      if other.isDeny { self = other }
      return
    }
    rules.formUnion(other.rules)
    if other.proxyPriority > proxyPriority
      || (other.proxyPriority == proxyPriority && other.redirect != 0 && other.redirect < redirect)
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
