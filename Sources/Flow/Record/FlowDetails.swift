extension Flow {
  /// What few events have.
  public struct Details: Sendable, Hashable {
    public var tunnel: Tunnel?
    public var l7: Layer7?
    /// DNS names learnt for the address, without the final dot.
    public var sourceNames: [String] = []
    public var destinationNames: [String] = []
    public var sourceService: Service?
    public var destinationService: Service?
    public var ipTraceID: IPTraceID?
    public var interface: Interface?
    /// The proxy's port; 0 when the packet did not go to one.
    public var proxyPort: UInt32 = 0
    /// The trace ID of the request's `traceparent` header; empty when there was none.
    public var traceID = ""
    public var socketTranslationPoint = SocketTranslationPoint.unknown
    public var socketCookie: UInt64 = 0
    public var cgroupID: UInt64 = 0
    public var extensions = Extensions.none

    public static let none = SharedValue(Details())
  }
}
