import Rules

/// Who has an address, and under which identity others know it.
struct AddressOwner: BitwiseCopyable {
  /// Index into `Tables.endpoints`; -1 none.
  var endpoint: Int32
  /// As endpoints of other nodes know it.
  var identity: UInt32
  /// The node whose own address it is; -1 none.
  var node: Int32

  /// A node's address is the host to the endpoints of that node, and a remote node to all others.
  @inline(__always)
  func identity(seenFrom viewerNode: Int32) -> UInt32 {
    node >= 0 && node == viewerNode ? ReservedIdentity.host : identity
  }
}
