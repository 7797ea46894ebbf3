import Rules
import Tables

/// What a proxy checks before it lets a redirected connection pass: layer 7 decides (`cilium-policy.md` §7).
public struct ProxyDemand: Sendable, Equatable {
  /// `http`, `dns`, `proxylib` or `listener:NAMESPACE/CONFIG/NAME`.
  public var proxy: String
  /// Each passes on its own, such as `GET /ok` or `query *.example.org`.
  public var checks: [String] = []
  /// Rules that allow the same peer without a check, which lifts the checks of the others.
  public var liftedBy: [RulePart] = []
  /// No check applies: the proxy sees everything and refuses nothing.
  public var isUnrestricted = false
}

extension ProxyDemand {
  init(_ scene: Scene, redirect: UInt16) {
    let target = scene.tables.redirects[Int(redirect) - 1]
    self.init(proxy: target.name)
    if case .listener = target { return }
    for filter in scene.policy.filters where Self.applies(filter, target, scene) {
      for peer in filter.peers
      where !peer.isDeny && (peer.isWildcard || peer.identities.contains(scene.question.peer.identity)) {
        let texts = L7Text.checks(of: peer)
        if texts.isEmpty {
          isUnrestricted = true
          liftedBy += scene.parts(of: peer.rules)
        }
        checks += texts
      }
    }
    checks = checks.uniqued()
    liftedBy = liftedBy.uniqued()
  }

  /// Envoy looks at every filter that holds the port, those without a port included; the DNS proxy at the one filter of
  /// the exact port and protocol alone.
  static func applies(_ filter: L4Filter, _ target: Redirect, _ scene: Scene) -> Bool {
    let question = scene.question
    guard filter.direction == question.direction else { return false }
    let isSame = filter.protocol.rawValue == question.protocolNumber
    if filter.isEveryPort { return target != .dns && (isSame || filter.protocol == .any) }
    guard isSame, let first = filter.firstPort else { return false }
    let last = target == .dns ? first : max(first, filter.endPort)
    return (first...last).contains(question.port)
  }
}
