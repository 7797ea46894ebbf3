import Addresses
import Dataplane
import Explanation
import Flow
import Tables

/// A traced connection as one JSON object.
struct TraceJSON {
  let tables: Tables
  /// False: a demanded authentication fails, and the connection with it.
  let authenticationSucceeds: Bool

  func write(_ result: TraceResult, _ explanation: TraceExplanation?, to json: inout JSONWriter) {
    json.object { json in
      for (key, hop, why) in [
        ("egress", result.egress, explanation?.egress), ("ingress", result.ingress, explanation?.ingress),
      ] {
        json.key(key)
        if let hop { write(hop, why, to: &json) } else { json.null() }
      }
      json.field("verdict", TraceOutcome(result, authenticationSucceeds: authenticationSucceeds).rawValue)
      write("source_identity", result.sourceIdentity, to: &json)
      write("destination_identity", result.destinationIdentity, to: &json)
      write(result.answers, to: &json)
      if let explanation {
        json.optional("undecidable", explanation.undecidable)
        json.optional("reference_bug", explanation.referenceBugs.map(\.rawValue).joined(separator: ", "))
      }
      json.optional("notes", result.notes)
    }
  }

  private func write(_ hop: TraceHop, _ explanation: Explanation?, to json: inout JSONWriter) {
    let outcome = TraceOutcome(hop, authenticationSucceeds: authenticationSucceeds)
    json.object { json in
      json.field("verdict", outcome.rawValue)
      defer { if let explanation { ExplanationJSON(explanation).write(to: &json) } }
      if let error = hop.error {
        json.field("error", error)
        return
      }
      let authentication = hop.verdict.authentication
      if outcome == .dropped {
        json.field("drop_reason", hop.dropReason)
      }
      if hop.verdict.redirect > 0 {
        json.field("redirect", tables.redirects[Int(hop.verdict.redirect) - 1].name)
      }
      if authentication != .none { json.field("auth", authentication.name) }
      if let layer7 = hop.layer7 { write(layer7, explanation?.layer7, to: &json) }
      if let entry = hop.entry {
        json.key("match")
        json.object {
          $0.field("identity", entry.key.identity)
          $0.field("protocol", entry.key.protocolNumber)
          $0.field("port", entry.key.port)
          $0.field("prefixLen", entry.key.portPrefixLength)
        }
      }
      RuleListJSON(provenance: tables.provenance).write(hop.entry?.rules ?? 0, to: &json)
    }
  }

  /// The `l7` key: what the proxy would do. Its verdict is null where Weir cannot tell.
  private func write(_ answer: L7Answer, _ explanation: L7Explanation?, to json: inout JSONWriter) {
    json.key("l7")
    json.object { json in
      json.key("verdict")
      switch answer.verdict {
      case .forwarded: json.value(TraceOutcome.forwarded.rawValue)
      case .dropped: json.value(TraceOutcome.dropped.rawValue)
      case .undecided: json.null()
      }
      if case .dropped(let refusal) = answer.verdict { json.field("refusal", refusal.name) }
      if case .undecided(let reason) = answer.verdict, explanation == nil { json.field("reason", reason) }
      if let explanation { ExplanationJSON.write(explanation, to: &json) }
    }
  }

  /// The `answers` key: where the names of an end come from; left out where there are none.
  private func write(_ answers: [CapturedNames.Answer], to json: inout JSONWriter) {
    guard !answers.isEmpty else { return }
    json.key("answers")
    json.array(answers) { json, answer in
      json.object {
        $0.field("name", answer.name)
        $0.field("address", answer.address.description)
        $0.field("time", Timestamp.text(answer.time, .rfc3339Nano))
        $0.field("asked_by", answer.askedBy)
        $0.field("ttl", answer.timeToLive)
        $0.field("opened", answer.opensTheWay)
      }
    }
  }

  private func write(_ key: String, _ identity: UInt32, to json: inout JSONWriter) {
    json.key(key)
    json.object {
      $0.field("id", identity)
      $0.field("labels", tables.identity(identity)?.labels ?? [])
    }
  }
}

/// What becomes of a traced connection, at one hop or overall.
enum TraceOutcome: String {
  case forwarded = "FORWARDED"
  case redirected = "REDIRECTED"
  case dropped = "DROPPED"
  /// The policy cannot be computed.
  case error = "ERROR"

  init(_ hop: TraceHop, authenticationSucceeds: Bool) {
    if hop.error != nil {
      self = .error
    } else if hop.verdict.reason != .none || (hop.verdict.authentication != .none && !authenticationSucceeds) {
      self = .dropped
    } else {
      self = hop.verdict.redirect > 0 ? .redirected : .forwarded
    }
  }

  init(_ result: TraceResult, authenticationSucceeds: Bool) {
    let outcomes = result.hops.map { hop -> TraceOutcome in
      let outcome = TraceOutcome(hop, authenticationSucceeds: authenticationSucceeds)
      // Behind a redirect the proxy has the last word, as far as it is known.
      guard outcome == .redirected, let layer7 = hop.layer7, !layer7.isUndecided else { return outcome }
      return layer7.isDropped ? .dropped : .forwarded
    }
    self = [.error, .dropped, .redirected].first { outcomes.contains($0) } ?? .forwarded
  }
}

extension TraceHop {
  /// Cilium's name of the reason, for a hop that drops.
  var dropReason: String {
    let reason =
      verdict.reason == .none
      ? Flow.DropReason.authRequired : Flow.DropReason(rawValue: UInt32(verdict.reason.rawValue))
    return reason.protobufName ?? "\(reason.rawValue)"
  }
}

extension L7Answer.Refusal {
  /// The `refusal` key: how the proxy refuses.
  var name: String {
    switch self {
    case .connection: "connection-reset"
    case .request: "http-403"
    case .query: "dns-refused"
    case .otherPath: "http-307"
    case .notARequest: "http-400"
    case .encrypted: "not-http"
    }
  }
}
