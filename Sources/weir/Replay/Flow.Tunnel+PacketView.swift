import Dataplane
import Flow
import Packet

extension Flow.Tunnel {
  /// The outermost tunnel that was opened to judge what is inside; nil where none was.
  init?(_ view: PacketView) {
    guard let tunnel = view.tunnel else { return nil }
    let encapsulation: Encapsulation =
      switch tunnel.kind {
      case .vxlan: .vxlan
      case .geneve: .geneve
      default: .unknown
      }
    self.init(
      encapsulation: encapsulation, ip: Flow.IP(source: view.outer.source, destination: view.outer.destination),
      l4: FlowRecorder.layer4(of: view.outer), vni: tunnel.networkIdentifier)
  }
}
