import Addresses

/// What one field of a filter demands, with its values made ready for comparison.
enum Constraint: Sendable {
  case uuids([String])
  case addresses(FlowEnd, [IPPrefix])
  case translatedSources([IPPrefix])
  case pods(FlowEnd, [NamePattern])
  case services(FlowEnd, [NamePattern])
  case fqdns(FlowEnd, RegularExpression)
  case labels(FlowEnd, [LabelFilter])
  case ports(FlowEnd, [UInt16])
  case identities(FlowEnd, [UInt32])
  case workloads(FlowEnd, [FlowEndpoint.Workload])
  case clusters(FlowEnd, [String])
  case directions([Flow.Direction])
  case verdicts([Flow.Verdict])
  case dropReasons([Flow.DropReason])
  case interfaces([String])
  case eventTypes([FlowFilterFields.EventType])
  case statusCodes(exact: [String], prefixes: [String])
  case protocols([FlowProtocol])
  case replies([Bool])
  case dnsQueries([RegularExpression])
  case methods([String])
  case paths([RegularExpression])
  case urls([RegularExpression])
  case headers([Flow.HTTP.Header])
  case tcpFlags([Flow.TCPFlags])
  case nodeNames(RegularExpression)
  case nodeLabels([LabelFilter])
  case ipVersions([Flow.IP.Version])
  case traceIDs([String])
  case ipTraceIDs([UInt64])
  case encrypted([Bool])

  /// Labels are the one thing whose absence can be asked for.
  var holdsWithoutFlow: Bool {
    switch self {
    case .labels(_, let filters), .nodeLabels(let filters): filters.contains { $0.matches([]) }
    default: false
    }
  }

  func holds(for flow: Flow) -> Bool {
    switch self {
    case .addresses, .pods, .services, .fqdns, .labels, .ports, .identities, .workloads, .clusters:
      holdsForEnd(of: flow)
    case .statusCodes, .dnsQueries, .methods, .paths, .urls, .headers:
      flow.l7.map { holds(for: $0) } ?? false
    default:
      holdsForWhole(flow)
    }
  }

  private func holdsForWhole(_ flow: Flow) -> Bool {
    switch self {
    case .uuids(let values): flow.uuid.map { values.contains($0.description) } ?? false
    case .translatedSources(let blocks): (flow.ip?.translatedSource).map { $0.isIn(blocks) } ?? false
    case .directions(let values): values.contains(flow.trafficDirection)
    case .verdicts(let values): values.contains(flow.verdict)
    case .dropReasons(let values): values.contains(flow.dropReason)
    case .interfaces(let names): flow.interface.map { names.contains($0.name) } ?? false
    case .eventTypes(let types): types.contains { $0.matches(flow.eventType) }
    case .protocols(let protocols): protocols.contains { $0.matches(flow) }
    case .replies(let values): values.contains(flow.isReply ?? false)
    case .tcpFlags(let values): Self.holds(for: flow.l4, values)
    case .nodeNames(let pattern): Self.holds(forNode: flow.nodeName, pattern)
    case .nodeLabels(let filters): filters.contains { $0.matches(flow.nodeLabels) }
    case .ipVersions(let versions): versions.contains(flow.ip?.version ?? .notUsed)
    case .traceIDs(let values): !flow.traceID.isEmpty && values.contains(flow.traceID)
    case .ipTraceIDs(let values): flow.ipTraceID.map { values.contains($0.traceID) } ?? false
    case .encrypted(let values): flow.ip.map { values.contains($0.encrypted) } ?? false
    default: false
    }
  }

  private static func holds(for l4: Flow.Layer4?, _ wanted: [Flow.TCPFlags]) -> Bool {
    guard case .tcp(let tcp) = l4, let flags = tcp.flags else { return false }
    return wanted.contains { flags.isSuperset(of: $0) }
  }

  /// A node's name without its cluster counts as one of the cluster `default`.
  private static func holds(forNode name: String, _ pattern: RegularExpression) -> Bool {
    guard !name.isEmpty else { return false }
    return pattern.finds(in: name.utf8.contains(UInt8(ascii: "/")) ? name : "default/\(name)")
  }

  private func holds(for l7: Flow.Layer7) -> Bool {
    if case .dns(let dns) = l7.record, case .dnsQueries(let patterns) = self {
      return patterns.contains { $0.finds(in: dns.query) }
    }
    guard case .http(let http) = l7.record else { return false }
    switch self {
    case .statusCodes(let exact, let prefixes):
      guard http.code != 0 else { return false }
      let digits = String(http.code)
      let code = String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
      return exact.contains(code) || prefixes.contains { code.hasPrefix($0) }
    case .methods(let methods):
      return !http.method.isEmpty && methods.contains(http.method.uppercased())
    case .paths(let patterns):
      guard let path = URLPath.path(ofURL: http.url) else { return false }
      return patterns.contains { $0.finds(in: path) }
    case .urls(let patterns):
      return !http.url.isEmpty && patterns.contains { $0.finds(in: http.url) }
    case .headers(let headers):
      return http.headers.contains { headers.contains($0) }
    default:
      return false
    }
  }
}

extension IPAddress {
  func isIn(_ blocks: [IPPrefix]) -> Bool { blocks.contains { $0.contains(self) } }
}

extension FlowFilterFields.EventType {
  /// Type 0 stands for any.
  func matches(_ event: Flow.EventType) -> Bool {
    guard event != .none, type == 0 || type == event.type else { return false }
    return subType == nil || subType == event.subType
  }
}
