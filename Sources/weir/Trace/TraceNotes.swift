import Addresses
import Dataplane
import Rules
import Tables

/// What a user should know beside a traced verdict, which is the policy's alone.
struct TraceNotes {
  private let tables: Tables
  private let services: [IPAddress: [Int]]
  private let nodes: Set<IPAddress>

  init(_ tables: Tables) {
    self.tables = tables
    services = Dictionary(grouping: tables.services.indices) { tables.services[$0].address }
    nodes = Set(
      tables.ipcache.lazy.filter {
        $0.prefix.isHost && ($0.nodeIndex >= 0 || ReservedIdentity.isNode($0.identity))
      }.map(\.prefix.address))
  }

  func notes(_ result: TraceResult) -> [String] {
    var notes: [String] = []
    if tables.settings.auditMode, result.hops.contains(where: { $0.verdict.reason != .none }) {
      notes.append("policy-audit-mode is on: what policy drops passes all the same, and is only reported (AUDIT)")
    }
    if let note = serviceNote(result) { notes.append(note) }
    return notes
  }

  private func serviceNote(_ result: TraceResult) -> String? {
    guard case .address(let address) = result.destination.probe,
      let service = service(at: address, result.probe.port, result.probe.protocolNumber)
    else { return nil }
    let title = "\(address) is an address of service \(service.namespace)/\(service.name)"
    guard !service.backends.isEmpty else {
      return "\(title), which has no backends: Cilium drops the packets before policy (SERVICE_BACKEND_NOT_FOUND)"
    }
    return "\(title): Cilium translates it to a backend before policy; trace the backend pod and its port instead"
  }

  /// The service at an address, best the one at its port. A node's address is a service's on its node ports alone.
  private func service(at address: IPAddress, _ port: UInt16, _ protocolNumber: UInt8) -> ServiceFrontend? {
    let all = services[address, default: []].map { tables.services[$0] }
    let exact = all.first { $0.port == port && $0.protocolNumber == protocolNumber }
    return exact ?? (nodes.contains(address) ? nil : all.first)
  }
}
