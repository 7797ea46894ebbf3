/// How the BPF program is loaded. What the agent configures is in `Tables.settings`.
public struct DatapathOptions: Sendable {
  public enum Hook: String, Sendable, CaseIterable {
    case tc
    case xdp
  }

  /// Which packets are judged at which end.
  public struct Hops: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let ingress = Hops(rawValue: 1)
    public static let egress = Hops(rawValue: 2)
    public static let all: Hops = [.ingress, .egress]
  }

  public enum Events: UInt32, Sendable {
    case none = 0
    /// Each connection's first packet at a hop, and every packet that is not plainly forwarded.
    case verdicts = 1
    case all = 2
  }

  /// How the maps are laid out; verdicts are the same.
  public enum Layout: String, Sendable, CaseIterable {
    /// As Cilium's, byte for byte.
    case cilium
    /// Weir's own: a connection in one place, hashes instead of tries. Faster.
    case own
  }

  public var layout = Layout.cilium
  public var hooks: Set<Hook> = [.tc]
  public var hops: Hops = .all
  /// Decide, count and report, but let everything pass.
  public var observeOnly = false
  public var events = Events.none
  /// Hand out copies of packets that proxies would read (`Datapath.readCopies`).
  public var followsProxied = false
  /// Policy entries and addresses that names may add (`Datapath.follow`) before everything is loaded anew.
  public var spareEntries = 0
  /// Connections are judged at the time that `Datapath.now` says instead of the kernel's monotonic clock.
  public var clockIsGiven = false
  /// Keep each packet's verdict for `Datapath.testRun`.
  public var keepsVerdict = false
  /// Mutual authentication is taken to succeed; otherwise no pair is authenticated and demanding entries drop (189).
  public var assumeAuthenticated = true
  /// Index into `Tables.endpoints`: the interface is this endpoint's. nil: endpoints are found by address.
  public var endpoint: Int?
  /// Connections remembered for each family, and half as many address pairs with their ICMP errors; with Cilium's layout
  /// that many of TCP, and half as many others.
  public var maximumConnections = 524_288
  /// For measuring: bits of the source port and of the source address that change from packet to packet.
  public var variation: (port: UInt16, address: UInt16)?

  public init() {}
}
