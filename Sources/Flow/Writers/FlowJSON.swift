/// The parts of an event's JSON.
enum FlowJSON {
  static func write(_ lost: LostEvents, to bytes: inout OutputBuffer) {
    bytes.member("\"source\":", enumeration: lost.source)
    bytes.member("\"num_events_lost\":", wide: lost.count)
    if let cpu = lost.cpu {
      bytes.member("\"cpu\":")
      bytes.append(decimal: Int64(cpu))
    }
    bytes.member("\"first\":", time: lost.first)
    bytes.member("\"last\":", time: lost.last)
  }

  static func write(_ status: NodeStatus, to bytes: inout OutputBuffer) {
    bytes.member("\"state_change\":", enumeration: status.state)
    bytes.member("\"node_names\":", texts: status.nodeNames)
    bytes.member("\"message\":", text: status.message)
  }

  static func writeNamesAndMessage(_ details: Flow.Details, to bytes: inout OutputBuffer) {
    bytes.member("\"source_names\":", texts: details.sourceNames)
    bytes.member("\"destination_names\":", texts: details.destinationNames)
    if let l7 = details.l7 { write(l7, to: &bytes) }
  }

  static func writeServices(_ details: Flow.Details, to bytes: inout OutputBuffer) {
    bytes.member("\"source_service\":", service: details.sourceService)
    bytes.member("\"destination_service\":", service: details.destinationService)
  }

  static func writeTraceID(_ details: Flow.Details, to bytes: inout OutputBuffer) {
    guard let id = details.ipTraceID else { return }
    bytes.append(",\"ip_trace_id\":{")
    bytes.member("\"trace_id\":", wide: id.traceID)
    bytes.member("\"ip_option_type\":", number: id.ipOptionType)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Interface, proxy, traces and socket.
  static func writePlace(_ details: Flow.Details, to bytes: inout OutputBuffer) {
    if let interface = details.interface {
      bytes.append(",\"interface\":{")
      bytes.member("\"index\":", number: interface.index)
      bytes.member("\"name\":", text: interface.name)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.member("\"proxy_port\":", number: details.proxyPort)
    if !details.traceID.isEmpty {
      bytes.append(",\"trace_context\":{\"parent\":{\"trace_id\":")
      bytes.append(json: details.traceID)
      bytes.append("}}")
    }
    bytes.member("\"sock_xlate_point\":", enumeration: details.socketTranslationPoint)
    bytes.member("\"socket_cookie\":", wide: details.socketCookie)
    bytes.member("\"cgroup_id\":", wide: details.cgroupID)
  }

  static func writeSummary(of flow: borrowing Flow, _ isPlain: Bool, to bytes: inout OutputBuffer) {
    switch flow.summary {
    case .none: return
    case .text(let text): bytes.member("\"Summary\":", text: text)
    case .derived:
      // L4 summaries are plain ASCII; only what L7 brings can need escapes.
      if !isPlain, flow.details.content.l7 != nil { return bytes.member("\"Summary\":", text: flow.summaryText) }
      bytes.append(",\"Summary\":\"")
      SummaryText.write(flow.l4, ip: flow.ip, to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
  }
}
