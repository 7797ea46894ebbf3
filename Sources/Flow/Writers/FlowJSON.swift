import Addresses

/// Writes events as the JSON of `observer.GetFlowsResponse`: fields in the order of their declaration, zero values left
/// out, 64-bit numbers as strings, enumerations by name. This is what `hubble observe -o jsonpb` prints.
enum FlowJSON {
  static func write(_ event: FlowEvent, _ endpoints: inout EndpointJSON, to bytes: inout [UInt8]) {
    switch event.content {
    case .flow(let flow):
      writeEnvelope(flow, nodeName: event.nodeName, time: event.time, &endpoints, to: &bytes)
      return
    case .lostEvents(let lost):
      bytes.append("{\"lost_events\":{")
      write(lost, to: &bytes)
    case .nodeStatus(let status):
      bytes.append("{\"node_status\":{")
      write(status, to: &bytes)
    }
    finishEnvelope(nodeName: event.nodeName, time: event.time, to: &bytes)
  }

  /// The flow in its envelope, which repeats node and time.
  static func write(_ flow: Flow, _ endpoints: inout EndpointJSON, to bytes: inout [UInt8]) {
    writeEnvelope(flow, nodeName: flow.nodeName, time: flow.time, &endpoints, to: &bytes)
  }

  private static func writeEnvelope(
    _ flow: Flow, nodeName: String, time: Int64?, _ endpoints: inout EndpointJSON, to bytes: inout [UInt8]
  ) {
    bytes.append("{\"flow\":{")
    writeFields(of: flow, &endpoints, to: &bytes)
    finishEnvelope(nodeName: nodeName, time: time, to: &bytes)
  }

  private static func finishEnvelope(nodeName: String, time: Int64?, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "}"))
    bytes.member("\"node_name\":", text: nodeName)
    bytes.member("\"time\":", time: time)
    bytes.append(UInt8(ascii: "}"))
  }

  private static func write(_ lost: LostEvents, to bytes: inout [UInt8]) {
    bytes.member("\"source\":", enumeration: lost.source)
    bytes.member("\"num_events_lost\":", wide: lost.count)
    if let cpu = lost.cpu {
      bytes.member("\"cpu\":")
      bytes.append(decimal: Int64(cpu))
    }
    bytes.member("\"first\":", time: lost.first)
    bytes.member("\"last\":", time: lost.last)
  }

  private static func write(_ status: NodeStatus, to bytes: inout [UInt8]) {
    bytes.member("\"state_change\":", enumeration: status.state)
    bytes.member("\"node_names\":", texts: status.nodeNames)
    bytes.member("\"message\":", text: status.message)
  }

  private static func writeFields(of flow: Flow, _ endpoints: inout EndpointJSON, to bytes: inout [UInt8]) {
    writeHead(of: flow, to: &bytes)
    bytes.member("\"source\":{")
    endpoints.write(flow.source, to: &bytes)
    bytes.append("},\"destination\":{")
    endpoints.write(flow.destination, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    bytes.member("\"Type\":", enumeration: flow.type)
    bytes.member("\"node_name\":", text: flow.nodeName)
    bytes.member("\"node_labels\":", texts: flow.nodeLabels)
    bytes.member("\"source_names\":", texts: flow.sourceNames)
    bytes.member("\"destination_names\":", texts: flow.destinationNames)
    if let l7 = flow.l7 { write(l7, to: &bytes) }
    if flow.isReply == true { bytes.append(",\"reply\":true") }
    writeEvent(of: flow, to: &bytes)
    writeTail(of: flow, to: &bytes)
  }

  /// Time, verdict and the packet's headers.
  private static func writeHead(of flow: Flow, to bytes: inout [UInt8]) {
    bytes.member("\"time\":", time: flow.time)
    if let uuid = flow.uuid {
      bytes.member("\"uuid\":\"")
      uuid.write(to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
    if let emitter = flow.emitter {
      bytes.member("\"emitter\":{")
      bytes.member("\"name\":", text: emitter.name)
      bytes.member("\"version\":", text: emitter.version)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.member("\"verdict\":", enumeration: flow.verdict)
    bytes.member("\"drop_reason\":", number: flow.dropReason.rawValue)
    bytes.member("\"auth_type\":", enumeration: flow.authType)
    if let ethernet = flow.ethernet {
      bytes.member("\"ethernet\":{\"source\":\"")
      bytes.append(mac: ethernet.source)
      bytes.append("\",\"destination\":\"")
      bytes.append(mac: ethernet.destination)
      bytes.append("\"}")
    }
    if let ip = flow.ip { write(ip, to: &bytes) }
    if let l4 = flow.l4 { write(l4, to: &bytes) }
    if let tunnel = flow.tunnel { write(tunnel, to: &bytes) }
  }

  /// What kind of event it is and where it was seen.
  private static func writeEvent(of flow: Flow, to bytes: inout [UInt8]) {
    if flow.eventType != .none {
      bytes.append(",\"event_type\":{")
      bytes.member("\"type\":", signed: flow.eventType.type)
      bytes.member("\"sub_type\":", signed: flow.eventType.subType)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.member("\"source_service\":", service: flow.sourceService)
    bytes.member("\"destination_service\":", service: flow.destinationService)
    bytes.member("\"traffic_direction\":", enumeration: flow.trafficDirection)
    bytes.member("\"policy_match_type\":", number: flow.policyMatchType.rawValue)
    bytes.member("\"trace_observation_point\":", enumeration: flow.traceObservationPoint)
    bytes.member("\"trace_reason\":", enumeration: flow.traceReason)
    if let file = flow.file {
      bytes.append(",\"file\":{")
      bytes.member("\"name\":", text: file.name)
      bytes.member("\"line\":", number: file.line)
      bytes.append(UInt8(ascii: "}"))
    }
    if let id = flow.ipTraceID {
      bytes.append(",\"ip_trace_id\":{")
      bytes.member("\"trace_id\":", wide: id.traceID)
      bytes.member("\"ip_option_type\":", number: id.ipOptionType)
      bytes.append(UInt8(ascii: "}"))
    }
    if flow.dropReason != .unknown {
      bytes.member("\"drop_reason_desc\":")
      if let name = flow.dropReason.protobufName {
        bytes.append(json: name)
      } else {
        bytes.append(decimal: UInt64(flow.dropReason.rawValue))
      }
    }
    if let isReply = flow.isReply { bytes.append(isReply ? ",\"is_reply\":true" : ",\"is_reply\":false") }
    bytes.member("\"debug_capture_point\":", enumeration: flow.debugCapturePoint)
  }

  /// What was added to the packet's story: interface, traces, summary, policies.
  private static func writeTail(of flow: Flow, to bytes: inout [UInt8]) {
    if let interface = flow.interface {
      bytes.append(",\"interface\":{")
      bytes.member("\"index\":", number: interface.index)
      bytes.member("\"name\":", text: interface.name)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.member("\"proxy_port\":", number: flow.proxyPort)
    if !flow.traceID.isEmpty {
      bytes.append(",\"trace_context\":{\"parent\":{\"trace_id\":")
      bytes.append(json: flow.traceID)
      bytes.append("}}")
    }
    bytes.member("\"sock_xlate_point\":", enumeration: flow.socketTranslationPoint)
    bytes.member("\"socket_cookie\":", wide: flow.socketCookie)
    bytes.member("\"cgroup_id\":", wide: flow.cgroupID)
    writeSummary(of: flow, to: &bytes)
    write(flow.extensions, to: &bytes)
    bytes.member("\"egress_allowed_by\":", policies: flow.egressAllowedBy)
    bytes.member("\"ingress_allowed_by\":", policies: flow.ingressAllowedBy)
    bytes.member("\"egress_denied_by\":", policies: flow.egressDeniedBy)
    bytes.member("\"ingress_denied_by\":", policies: flow.ingressDeniedBy)
    bytes.member("\"policy_log\":", texts: flow.policyLog)
  }

  private static func writeSummary(of flow: Flow, to bytes: inout [UInt8]) {
    switch flow.summary {
    case .none: return
    case .text(let text): bytes.member("\"Summary\":", text: text)
    case .derived:
      // L4 summaries are plain ASCII; only what L7 brings can need escapes.
      if flow.l7 != nil { return bytes.member("\"Summary\":", text: flow.summaryText) }
      bytes.append(",\"Summary\":\"")
      flow.writeSummary(to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
  }
}
