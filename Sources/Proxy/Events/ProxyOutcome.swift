public import Rules

/// What the proxies at a packet's hops made of it.
public struct ProxyOutcome: Sendable, Equatable {
  /// The first proxy that did not let the packet's bytes pass; nil when they went on.
  public var refusedBy: Direction?
  /// The refusal is one of the whole conversation: a closed connection, a refused DNS query.
  public var endsFlow = false
  /// The packet could only have been sent if the proxy had not closed the connection before.
  public var followsRefusal = false

  /// The refusal is one of the server name that the client asks for, or of its asking for none.
  public var refusesServerName = false
  /// Nothing that the connection says from now on would be judged.
  public var isSettled = false

  /// The first proxy that requests meet on this way; nil when there is none.
  public var firstProxy: Direction?
  /// The packet goes from the server to the client.
  public var isReply = false

  public init() {}
}
