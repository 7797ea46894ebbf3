extension Flow {
  /// What few events have.
  public struct Details: Sendable, Hashable {
    public var tunnel: Tunnel?
    public var l7: Layer7?
    public var sourceNames: [String] = []
    public var destinationNames: [String] = []
    public var sourceService: Service?
    public var destinationService: Service?
    public var ipTraceID: IPTraceID?
    public var interface: Interface?
    public var proxyPort: UInt32 = 0
    public var traceID = ""
    public var socketTranslationPoint = SocketTranslationPoint.unknown
    public var socketCookie: UInt64 = 0
    public var cgroupID: UInt64 = 0
    public var extensions = Extensions.none

    static let none = SharedValue(Details())
  }

  public var tunnel: Tunnel? {
    get { details.content.tunnel }
    set { details.content.tunnel = newValue }
  }

  public var l7: Layer7? {
    get { details.content.l7 }
    set { details.content.l7 = newValue }
  }

  /// DNS names learnt for the address, without the final dot.
  public var sourceNames: [String] {
    get { details.content.sourceNames }
    set { details.content.sourceNames = newValue }
  }

  public var destinationNames: [String] {
    get { details.content.destinationNames }
    set { details.content.destinationNames = newValue }
  }

  public var sourceService: Service? {
    get { details.content.sourceService }
    set { details.content.sourceService = newValue }
  }

  public var destinationService: Service? {
    get { details.content.destinationService }
    set { details.content.destinationService = newValue }
  }

  public var ipTraceID: IPTraceID? {
    get { details.content.ipTraceID }
    set { details.content.ipTraceID = newValue }
  }

  public var interface: Interface? {
    get { details.content.interface }
    set { details.content.interface = newValue }
  }

  /// The proxy's port; 0 when the packet did not go to one.
  public var proxyPort: UInt32 {
    get { details.content.proxyPort }
    set { details.content.proxyPort = newValue }
  }

  /// The trace ID of the request's `traceparent` header; empty when there was none.
  public var traceID: String {
    get { details.content.traceID }
    set { details.content.traceID = newValue }
  }

  public var socketTranslationPoint: SocketTranslationPoint {
    get { details.content.socketTranslationPoint }
    set { details.content.socketTranslationPoint = newValue }
  }

  public var socketCookie: UInt64 {
    get { details.content.socketCookie }
    set { details.content.socketCookie = newValue }
  }

  public var cgroupID: UInt64 {
    get { details.content.cgroupID }
    set { details.content.cgroupID = newValue }
  }

  public var extensions: Extensions {
    get { details.content.extensions }
    set { details.content.extensions = newValue }
  }
}
