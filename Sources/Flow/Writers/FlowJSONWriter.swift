import Addresses

/// Writes events as the JSON of `observer.GetFlowsResponse`: fields in the order of their declaration, zero values left
/// out, 64-bit numbers as strings, enumerations by name. This is what `hubble observe -o jsonpb` prints.
struct FlowJSONWriter {
  private var ends = FragmentCache<FlowEndpoint>()
  private var emitters = FragmentCache<Flow.Observer>()
  private var nodes = FragmentCache<Flow.Observer>()
  private var nodeNames = FragmentCache<Flow.Observer>()
  private var files = FragmentCache<Flow.Attribution>()
  private var policies = FragmentCache<Flow.Attribution>()
  private var clock = ClockText()

  mutating func write(_ event: FlowEvent, to bytes: inout OutputBuffer) {
    switch event.content {
    case .flow(let flow):
      bytes.append("{\"flow\":{")
      writeFields(of: flow, to: &bytes)
    case .lostEvents(let lost):
      bytes.append("{\"lost_events\":{")
      FlowJSON.write(lost, to: &bytes)
    case .nodeStatus(let status):
      bytes.append("{\"node_status\":{")
      FlowJSON.write(status, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
    bytes.member("\"node_name\":", text: event.nodeName)
    write("\"time\":", event.time, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  /// The flow in its envelope, which repeats node and time.
  mutating func write(_ flow: borrowing Flow, to bytes: inout OutputBuffer) {
    bytes.append("{\"flow\":{")
    writeFields(of: flow, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    nodeNames.append(flow.observer, to: &bytes) { $1.member("\"node_name\":", text: $0.nodeName) }
    write("\"time\":", flow.time, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  private mutating func write(_ name: StaticString, _ time: Int64?, to bytes: inout OutputBuffer) {
    guard let time else { return }
    bytes.member(name)
    bytes.append(UInt8(ascii: "\""))
    clock.write(time, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func writeFields(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    let isPlain = flow.details.isSame(as: Flow.Details.none)
    writeHead(of: flow, isPlain, to: &bytes)
    bytes.member("\"source\":{")
    ends.append(flow.sharedSource, to: &bytes, write: FlowJSON.write)
    bytes.append("},\"destination\":{")
    ends.append(flow.sharedDestination, to: &bytes, write: FlowJSON.write)
    bytes.append(UInt8(ascii: "}"))
    bytes.member("\"Type\":", enumeration: flow.type)
    nodes.append(flow.observer, to: &bytes, write: FlowJSON.writeNode)
    if !isPlain { FlowJSON.writeNamesAndMessage(flow.details.content, to: &bytes) }
    if flow.isReply == true { bytes.append(",\"reply\":true") }
    writeEvent(of: flow, isPlain, to: &bytes)
    if !isPlain { FlowJSON.writePlace(flow.details.content, to: &bytes) }
    FlowJSON.writeSummary(of: flow, isPlain, to: &bytes)
    if !isPlain { FlowJSON.write(flow.details.content.extensions, to: &bytes) }
    policies.append(flow.attribution, to: &bytes, write: FlowJSON.writePolicies)
  }

  /// Time, verdict and the packet's headers.
  private mutating func writeHead(of flow: borrowing Flow, _ isPlain: Bool, to bytes: inout OutputBuffer) {
    write("\"time\":", flow.time, to: &bytes)
    if let uuid = flow.uuid {
      bytes.member("\"uuid\":\"")
      uuid.write(to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
    emitters.append(flow.observer, to: &bytes, write: FlowJSON.writeEmitter)
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
    if let ip = flow.ip { FlowJSON.write(ip, to: &bytes) }
    if let l4 = flow.l4 { FlowJSON.write(l4, to: &bytes) }
    if !isPlain, let tunnel = flow.tunnel { FlowJSON.write(tunnel, to: &bytes) }
  }

  /// What kind of event it is and where it was seen.
  private mutating func writeEvent(of flow: borrowing Flow, _ isPlain: Bool, to bytes: inout OutputBuffer) {
    if flow.eventType != .none {
      bytes.append(",\"event_type\":{")
      bytes.member("\"type\":", signed: flow.eventType.type)
      bytes.member("\"sub_type\":", signed: flow.eventType.subType)
      bytes.append(UInt8(ascii: "}"))
    }
    if !isPlain {
      bytes.member("\"source_service\":", service: flow.sourceService)
      bytes.member("\"destination_service\":", service: flow.destinationService)
    }
    bytes.member("\"traffic_direction\":", enumeration: flow.trafficDirection)
    bytes.member("\"policy_match_type\":", number: flow.policyMatchType.rawValue)
    bytes.member("\"trace_observation_point\":", enumeration: flow.traceObservationPoint)
    bytes.member("\"trace_reason\":", enumeration: flow.traceReason)
    files.append(flow.attribution, to: &bytes, write: FlowJSON.writeFile)
    if !isPlain, let id = flow.ipTraceID {
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
}
