import Addresses
import Dataplane
import Flow
import Rules
import Tables

extension Flow {
  /// Shows the packet as it passed a hop where a service's address was involved (`cilium-policy.md` §8.5).
  ///
  /// On the way to a service the address is translated before the client's egress policy, on the way back before the
  /// answer is delivered to the client: in between, events have the backend's address and port, and no service. Only
  /// where the service's own address remains is it named, as Hubble finds a service by the address and port of an end.
  ///
  /// - Parameters:
  ///   - direction: the hop; nil: as it was captured.
  mutating func showService(of verdict: PacketVerdict, at direction: Rules.Direction?, in tables: Tables) {
    guard verdict.service >= 0 else { return }
    let isAnswer = verdict.flags.contains(.fromService)
    guard verdict.backend >= 0, let direction, !isAnswer || direction == .egress else {
      let frontend = tables.services[Int(verdict.service)]
      let service = Service(name: frontend.name, namespace: frontend.namespace)
      if isAnswer { self.sourceService = service } else { self.destinationService = service }
      return
    }
    let backend = tables.backends[Int(verdict.backend)]
    if isAnswer {
      ip?.source = backend.address
      l4?.setSourcePort(backend.port)
    } else {
      ip?.destination = backend.address
      l4?.setDestinationPort(backend.port)
    }
  }
}

extension Flow.Layer4 {
  fileprivate mutating func setSourcePort(_ port: UInt16) {
    switch self {
    case .tcp(var tcp):
      tcp.source = port
      self = .tcp(tcp)
    case .udp(let ports): self = .udp(.init(source: port, destination: ports.destination))
    case .sctp(let ports): self = .sctp(.init(source: port, destination: ports.destination))
    default: break
    }
  }

  fileprivate mutating func setDestinationPort(_ port: UInt16) {
    switch self {
    case .tcp(var tcp):
      tcp.destination = port
      self = .tcp(tcp)
    case .udp(let ports): self = .udp(.init(source: ports.source, destination: port))
    case .sctp(let ports): self = .sctp(.init(source: ports.source, destination: port))
    default: break
    }
  }
}
