/// What the two directions of an HTTP/1 connection must know of each other: which request the next response answers, and
/// whether both have left HTTP/1.
///
/// A response's body cannot be framed without its request's method (RFC 9112 §6.3), and after `CONNECT` or `Upgrade`
/// only the response tells what the client's next bytes are.
public struct HTTP1Exchanges: Sendable {
  /// What both directions speak after a switch.
  public enum Successor: Sendable, Hashable {
    /// An accepted `CONNECT`: any protocol between other ends.
    case tunnel
    /// HTTP/2: its preface, or an accepted upgrade to `h2c`.
    case http2
    /// An accepted upgrade to something else, such as WebSocket.
    case upgraded
  }

  enum Request: Sendable {
    case plain, head, connect, upgrade, upgradeToHTTP2
  }

  /// Unanswered requests remembered; beyond it, responses are framed as if none had been to `HEAD` or `CONNECT`.
  public static let maximumUnanswered = 1_024

  /// The protocol that took over, once one has.
  public private(set) var successor: Successor?
  private var unanswered: [Request] = []

  public init() {}

  private var connects = 0
  private var upgrades = 0

  /// True when the client's next bytes may be those of another protocol, which the response will tell.
  var isConnectPending: Bool { connects > 0 }
  var isUpgradePending: Bool { upgrades > 0 }

  mutating func sent(_ request: Request) {
    if unanswered.count == Self.maximumUnanswered { forget() }
    unanswered.append(request)
    count(request, 1)
  }

  /// The request that a final response answers; nil when it was not seen.
  mutating func answered() -> Request? {
    guard !unanswered.isEmpty else { return nil }
    let request = unanswered.removeFirst()
    count(request, -1)
    return request
  }

  mutating func `switch`(to successor: Successor) {
    self.successor = successor
    forget()
  }

  private mutating func count(_ request: Request, _ change: Int) {
    switch request {
    case .connect: connects += change
    case .upgrade, .upgradeToHTTP2: upgrades += change
    case .plain, .head: break
    }
  }

  private mutating func forget() {
    unanswered.removeAll(keepingCapacity: true)
    connects = 0
    upgrades = 0
  }
}
