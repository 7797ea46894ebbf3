public import Rules

/// One element of `toPorts` (or `icmps`): ports, and what a proxy should check on them.
public struct PortRule: Sendable, Hashable {
  /// Empty: the element matches no port at all.
  public var ports: [PortProtocol]
  public var l7: L7Rules?
  /// Sorted, without repeats.
  public var serverNames: [String] = []
  public var terminatingTLS: TLSContext?
  public var originatingTLS: TLSContext?
  public var listener: Listener?

  public init(ports: [PortProtocol], l7: L7Rules? = nil) {
    self.ports = ports
    self.l7 = l7
  }
}

public struct PortProtocol: Sendable, Hashable {
  public enum Port: Sendable, Hashable {
    /// 0: every port. For ICMP the type (values above 255 are accepted and never match).
    case number(UInt16)
    /// Lower-cased.
    case name(String)
  }

  public var port: Port
  /// As written; 0 when absent. Values not above the port mean a single port.
  public var endPort: Int32
  public var `protocol`: L4Protocol

  public init(port: Port, endPort: Int32 = 0, protocol: L4Protocol) {
    self.port = port
    self.endPort = endPort
    self.protocol = `protocol`
  }
}
