import Rules

/// What the packet path needs of an endpoint.
struct EndpointRecord: BitwiseCopyable, Sendable {
  var identity: UInt32 = 0
  /// Index into the policies; -1 when nobody judges this end.
  var policy: Int32 = -1
  /// `Endpoint.nodeIndex`; -1 when unknown.
  var node: Int32 = -1
  var isLocal = false

  var isHost: Bool { identity == ReservedIdentity.host }
}
