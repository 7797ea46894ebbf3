/// Where on an interface packets are met. "Ingress" and "egress" are the interface's here: what it receives, what it
/// sends.
public enum HookPoint: Int, Sendable, Hashable, CaseIterable {
  case tcIngress
  case tcEgress
  case xdp

  public var description: String {
    switch self {
    case .tcIngress: "tc ingress"
    case .tcEgress: "tc egress"
    case .xdp: "xdp"
    }
  }

  var hook: DatapathOptions.Hook { self == .xdp ? .xdp : .tc }

  /// Which way a packet met here crosses the border of the endpoint behind the interface.
  ///
  /// What a pod sends arrives at the host's end of its pair of devices, so that the pod's egress policy answers for what
  /// this end receives; at the pod's own end it is what that sends.
  public func hop(at side: EndpointSide) -> DatapathOptions.Hops {
    switch (self, side) {
    case (.tcIngress, .host), (.xdp, .host), (.tcEgress, .pod): .egress
    case (.tcEgress, .host), (.tcIngress, .pod), (.xdp, .pod): .ingress
    }
  }
}

/// Which end of an endpoint's pair of devices an interface is.
public enum EndpointSide: String, Sendable, CaseIterable {
  /// The one on the node, such as `lxc…` or `veth…`.
  case host
  /// The one in the pod, `eth0`.
  case pod
}

/// By what means a program is held at its hook.
public enum AttachmentMeans: String, Sendable, Hashable {
  /// A BPF link to the tc hook (Linux 6.6): gone with its process.
  case tcx
  /// A filter of the clsact queueing discipline: stays until it is removed.
  case clsact
  /// A BPF link to the driver's hook: gone with its process.
  case xdp
}
