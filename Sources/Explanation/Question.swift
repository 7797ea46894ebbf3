public import Addresses
public import Rules
public import Tables

/// What the policy of one end of a connection is asked.
public struct Question: Sendable {
  /// The other end.
  public struct Peer: Sendable {
    /// As the asked endpoint's node sees it.
    public var identity: UInt32
    /// Empty when unknown.
    public var addresses: [IPAddress]
    /// `namespace/name`, an address, or `reserved:host`.
    public var name: String

    public init(identity: UInt32, addresses: [IPAddress], name: String) {
      self.identity = identity
      self.addresses = addresses
      self.name = name
    }
  }

  /// Index into `Tables.endpoints`: whose policy is asked.
  public var endpoint: Int
  public var direction: Direction
  public var peer: Peer
  public var protocolNumber: UInt8
  /// Destination port; of ICMP the type.
  public var port: UInt16
  /// What the connection carries; nil: that is not asked.
  public var layer7: L7Question?

  public init(endpoint: Int, direction: Direction, peer: Peer, protocolNumber: UInt8, port: UInt16) {
    self.endpoint = endpoint
    self.direction = direction
    self.peer = peer
    self.protocolNumber = protocolNumber
    self.port = port
  }
}

/// What the tables answered.
public struct Answer: Sendable {
  /// The entry that decided; nil when none matched.
  public var entry: PolicyMapEntry?
  public var isDropped: Bool
  /// 1 + index into `Tables.redirects`; 0: no redirect.
  public var redirect: UInt16
  /// What has to succeed before the connection may pass.
  public var authentication: AuthenticationType
  /// Why the endpoint's policy cannot be computed; then nothing else counts.
  public var error: String?
  /// Of a redirect: what the proxy says to the question's `layer7`.
  public var layer7: L7Answer?

  public init(
    entry: PolicyMapEntry?, isDropped: Bool, redirect: UInt16 = 0, authentication: AuthenticationType = .none,
    error: String? = nil
  ) {
    self.entry = entry
    self.isDropped = isDropped
    self.redirect = redirect
    self.authentication = authentication
    self.error = error
  }
}
