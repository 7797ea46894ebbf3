/// What many events have in common, in the pieces between which they differ.
extension FlowJSON {
  enum ObserverPart: Int, CaseIterable {
    case emitter, node
    /// The node again, beside the flow.
    case envelope
  }

  static func write(_ part: ObserverPart?, of observer: Flow.Observer, to bytes: inout OutputBuffer) {
    switch part {
    case .emitter:
      guard let emitter = observer.emitter else { return }
      bytes.member("\"emitter\":{")
      bytes.member("\"name\":", text: emitter.name)
      bytes.member("\"version\":", text: emitter.version)
      bytes.append(UInt8(ascii: "}"))
    case .node:
      bytes.member("\"node_name\":", text: observer.nodeName)
      bytes.member("\"node_labels\":", texts: observer.nodeLabels)
    case .envelope: bytes.member("\"node_name\":", text: observer.nodeName)
    case nil: break
    }
  }

  enum EventPart: Int, CaseIterable {
    case verdict, kind, type
    /// Where it was seen, and the rule behind it.
    case place
    /// Why it was dropped, or in which direction it went.
    case outcome
    case policies
  }

  static func write(_ part: EventPart?, of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    switch part {
    case .verdict:
      bytes.member("\"verdict\":", enumeration: flow.verdict)
      bytes.member("\"drop_reason\":", number: flow.dropReason.rawValue)
      bytes.member("\"auth_type\":", enumeration: flow.authType)
    case .kind: bytes.member("\"Type\":", enumeration: flow.type)
    case .type:
      if flow.isReply == true { bytes.member("\"reply\":true") }
      guard flow.eventType != .none else { return }
      bytes.member("\"event_type\":{")
      bytes.member("\"type\":", signed: flow.eventType.type)
      bytes.member("\"sub_type\":", signed: flow.eventType.subType)
      bytes.append(UInt8(ascii: "}"))
    case .place:
      bytes.member("\"traffic_direction\":", enumeration: flow.trafficDirection)
      bytes.member("\"policy_match_type\":", number: flow.policyMatchType.rawValue)
      bytes.member("\"trace_observation_point\":", enumeration: flow.traceObservationPoint)
      bytes.member("\"trace_reason\":", enumeration: flow.traceReason)
      guard let file = flow.attribution.content.file else { return }
      bytes.member("\"file\":{")
      bytes.member("\"name\":", text: file.name)
      bytes.member("\"line\":", number: file.line)
      bytes.append(UInt8(ascii: "}"))
    case .outcome:
      if flow.dropReason != .unknown {
        bytes.member("\"drop_reason_desc\":")
        if let name = flow.dropReason.protobufName {
          bytes.append(json: name)
        } else {
          bytes.append(decimal: UInt64(flow.dropReason.rawValue))
        }
      }
      if let isReply = flow.isReply { bytes.member(isReply ? "\"is_reply\":true" : "\"is_reply\":false") }
      bytes.member("\"debug_capture_point\":", enumeration: flow.debugCapturePoint)
    case .policies:
      let attribution = flow.attribution.content
      bytes.member("\"egress_allowed_by\":", policies: attribution.egressAllowedBy)
      bytes.member("\"ingress_allowed_by\":", policies: attribution.ingressAllowedBy)
      bytes.member("\"egress_denied_by\":", policies: attribution.egressDeniedBy)
      bytes.member("\"ingress_denied_by\":", policies: attribution.ingressDeniedBy)
      bytes.member("\"policy_log\":", texts: attribution.policyLog)
    case nil: break
    }
  }

  /// All that `EventPart`s depend on but the attribution, in one number; nil for numbers too large for their field, which
  /// only events that others wrote have.
  @inline(__always)
  static func variant(of flow: borrowing Flow) -> UInt64? {
    let (type, subType) = (flow.eventType.type, flow.eventType.subType)
    let (reason, match) = (flow.dropReason.rawValue, flow.policyMatchType.rawValue)
    guard type >> 8 == 0, subType >> 8 == 0, reason >> 8 == 0, match >> 4 == 0 else { return nil }
    let reply: UInt64 =
      switch flow.isReply {
      case nil: 0
      case false?: 1
      case true?: 2
      }
    var variant = UInt64(truncatingIfNeeded: type)
    variant = variant << 8 | UInt64(truncatingIfNeeded: subType)
    variant = variant << 8 | UInt64(reason)
    variant = variant << 4 | UInt64(match)
    variant = variant << 2 | reply
    variant = variant << 4 | UInt64(truncatingIfNeeded: flow.verdict.rawValue)
    variant = variant << 4 | UInt64(truncatingIfNeeded: flow.type.rawValue)
    variant = variant << 4 | UInt64(truncatingIfNeeded: flow.authType.rawValue)
    variant = variant << 4 | UInt64(truncatingIfNeeded: flow.trafficDirection.rawValue)
    variant = variant << 7 | UInt64(truncatingIfNeeded: flow.traceObservationPoint.rawValue)
    variant = variant << 4 | UInt64(truncatingIfNeeded: flow.traceReason.rawValue)
    return variant << 4 | UInt64(truncatingIfNeeded: flow.debugCapturePoint.rawValue)
  }
}
