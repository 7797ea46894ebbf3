import Rules
import Tables

/// "Would this policy let the connection pass?", asked of a computed policy at layer 4.
struct PolicyQuestion {
  var direction: Direction
  /// Numbers, any of which will do.
  var peers: Set<UInt32>
  var protocolNumber: UInt8
  var port: UInt16

  /// True also where the direction is not enforced, or where the policy cannot be computed.
  func isAllowed(by policy: EndpointPolicy) -> Bool {
    guard policy.error == nil, policy.isEnforced(direction) else { return true }
    var allowed: Set<UInt32> = []
    var denied: Set<UInt32> = []
    for entry in policy.entries where matches(entry.key) {
      if entry.isDeny { denied.insert(entry.key.identity) } else { allowed.insert(entry.key.identity) }
    }
    guard !denied.contains(0) else { return false }
    return peers.contains { (allowed.contains(0) || allowed.contains($0)) && !denied.contains($0) }
  }

  private func matches(_ key: PolicyMapKey) -> Bool {
    key.direction == direction && (key.identity == 0 || peers.contains(key.identity))
      && (key.protocolNumber == 0
        || (key.protocolNumber == protocolNumber && key.port <= port && port <= key.lastPort))
  }
}
