import Dataplane
import Flow
import Tables

extension Flow {
  /// Names the service at whose address the packet came or went, if there was one.
  mutating func nameService(of verdict: PacketVerdict, in tables: Tables) {
    guard verdict.service >= 0 else { return }
    let frontend = tables.services[Int(verdict.service)]
    let service = Service(name: frontend.name, namespace: frontend.namespace)
    if verdict.flags.contains(.fromService) {
      self.sourceService = service
    } else {
      self.destinationService = service
    }
  }
}
