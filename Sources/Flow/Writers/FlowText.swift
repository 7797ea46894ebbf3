import Addresses

/// The pieces that the text outputs are made of.
struct FlowText {
  var options: FlowPrintOptions

  private func color(_ color: TerminalColor) -> TerminalColor? { options.color ? color : nil }

  func writeTime(_ time: Int64?, to bytes: inout OutputBuffer) {
    Timestamp.write(time, options.timeFormat, to: &bytes)
  }

  // MARK: Ends

  func writeSource(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    guard let ip = flow.ip else { return writeMAC(flow.ethernet?.source, to: &bytes) }
    writeEnd(
      address: ip.source, port: flow.l4?.ports?.source, endpoint: flow.source, service: flow.sourceService,
      names: flow.sourceNames, to: &bytes)
  }

  func writeDestination(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    guard let ip = flow.ip else { return writeMAC(flow.ethernet?.destination, to: &bytes) }
    writeEnd(
      address: ip.destination, port: flow.l4?.ports?.destination, endpoint: flow.destination,
      service: flow.destinationService, names: flow.destinationNames, to: &bytes)
  }

  private func writeMAC(_ address: UInt64?, to bytes: inout OutputBuffer) {
    guard let address else { return }
    bytes.append(color(.cyan)) { $0.append(mac: address) }
  }

  private func writeEnd(
    address: IPAddress, port: UInt16?, endpoint: FlowEndpoint, service: Flow.Service?, names: [String],
    to bytes: inout OutputBuffer
  ) {
    bytes.append(color(.cyan)) { bytes in
      let start = bytes.count
      writeHost(address: address, endpoint: endpoint, service: service, names: names, to: &bytes)
      guard let port, port != 0 else { return }
      if bytes.firstIndex(from: start, where: { $0 == UInt8(ascii: ":") }) != nil {
        bytes.insert(UInt8(ascii: "["), at: start)
        bytes.append(UInt8(ascii: "]"))
      }
      bytes.append(UInt8(ascii: ":"))
      bytes.append(color(.yellow)) { $0.append(decimal: UInt64(port)) }
    }
  }

  /// The pod, else the service, else the names, else the address. A service's namespace stands for the pod's too.
  private func writeHost(
    address: IPAddress, endpoint: FlowEndpoint, service: Flow.Service?, names: [String], to bytes: inout OutputBuffer
  ) {
    if options.numeric { return address.write(to: &bytes) }
    let serviceName = service?.name ?? ""
    let name = endpoint.podName.isEmpty ? serviceName : endpoint.podName
    if !name.isEmpty {
      let namespace = service?.namespace ?? endpoint.namespace
      if !namespace.isEmpty {
        bytes.append(terminal: namespace)
        bytes.append(UInt8(ascii: "/"))
      }
      return bytes.append(terminal: name)
    }
    if names.isEmpty { return address.write(to: &bytes) }
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(terminal: name)
    }
  }

  func writeIdentity(_ identity: UInt32, to bytes: inout OutputBuffer) {
    bytes.append(color(.magenta)) { bytes in
      if let name = ReservedIdentity.name(of: identity) {
        bytes.append(UInt8(ascii: "("))
        bytes.append(text: name)
      } else {
        bytes.append("(ID:")
        bytes.append(decimal: UInt64(identity))
      }
      bytes.append(UInt8(ascii: ")"))
    }
  }

  // MARK: Type

  func writeType(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    if let l7 = flow.l7 { return write(l7, to: &bytes) }
    let subType = UInt32(UInt8(truncatingIfNeeded: flow.eventType.subType))
    switch flow.eventType.type {
    case Flow.EventType.Number.trace:
      let texts = Flow.TraceObservationPoint.subTypeTexts
      if subType < UInt32(texts.count) {
        bytes.append(text: texts[Int(subType)])
      } else {
        bytes.append(decimal: UInt64(subType))
      }
    case Flow.EventType.Number.drop:
      bytes.append(text: Flow.DropReason(rawValue: subType).text)
    case Flow.EventType.Number.policyVerdict:
      bytes.append("policy-verdict:")
      bytes.append(text: flow.policyMatchType.text)
      bytes.append(UInt8(ascii: " "))
      bytes.append(text: flow.trafficDirection.protobufName)
    case Flow.EventType.Number.capture:
      bytes.append(text: flow.debugCapturePoint.protobufName)
    case Flow.EventType.Number.traceSocket:
      bytes.append(text: flow.socketTranslationPoint.text)
    default:
      bytes.append("UNKNOWN")
    }
  }

  private func write(_ l7: Flow.Layer7, to bytes: inout OutputBuffer) {
    switch l7.record {
    case .none: bytes.append("l7-")
    case .http: bytes.append("http-")
    case .dns: bytes.append("dns-")
    case .kafka: bytes.append("kafka-")
    }
    bytes.append(l7.type.text)
    if case .dns(let dns) = l7.record {
      bytes.append(UInt8(ascii: " "))
      bytes.append(terminal: dns.observationSource)
    }
  }

  // MARK: Verdict and summary

  func writeVerdict(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    let isPolicyVerdict = flow.eventType.type == Flow.EventType.Number.policyVerdict
    switch flow.verdict {
    case .forwarded, .redirected:
      bytes.append(color(.green)) { bytes in
        guard isPolicyVerdict else { return bytes.append(text: flow.verdict.protobufName) }
        bytes.append("ALLOWED")
        writePolicies(egress: flow.egressAllowedBy, ingress: flow.ingressAllowedBy, of: flow, to: &bytes)
      }
    case .dropped, .error:
      bytes.append(color(.red)) { bytes in
        guard isPolicyVerdict else { return bytes.append(text: flow.verdict.protobufName) }
        bytes.append("DENIED")
        writePolicies(egress: flow.egressDeniedBy, ingress: flow.ingressDeniedBy, of: flow, to: &bytes)
      }
    case .audit:
      bytes.append(color(.yellow)) { $0.append(isPolicyVerdict ? "AUDITED" : "AUDIT") }
    case .traced, .translated:
      bytes.append(color(.yellow)) { $0.append(text: flow.verdict.protobufName) }
    case .unknown:
      bytes.append(text: flow.verdict.protobufName)
    }
  }

  /// ` BY name (Kind), name2 (Kind)`, for the policies of the flow's own direction.
  private func writePolicies(
    egress: [Flow.Policy], ingress: [Flow.Policy], of flow: borrowing Flow, to bytes: inout OutputBuffer
  ) {
    guard options.policyNames, flow.trafficDirection != .unknown else { return }
    var isFirst = true
    for policy in flow.trafficDirection == .egress ? egress : ingress
    where !policy.name.isEmpty && !policy.kind.isEmpty {
      bytes.append(isFirst ? " BY " : ", ")
      isFirst = false
      bytes.append(terminal: policy.name)
      bytes.append(" (")
      bytes.append(terminal: policy.kind)
      bytes.append(UInt8(ascii: ")"))
    }
  }

  func writeSummary(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    if let id = flow.ipTraceID, id.traceID > 0 {
      bytes.append("IP Trace ID: ")
      bytes.append(decimal: id.traceID)
      bytes.append("; ")
    }
    let start = bytes.count
    flow.writeSummary(to: &bytes)
    bytes.escapeTerminal(from: start)
    if flow.authType != .disabled {
      bytes.append("; Auth: ")
      bytes.append(color(flow.authType == .testAlwaysFail ? .red : .green)) {
        $0.append(text: flow.authType.protobufName)
      }
    }
  }
}
