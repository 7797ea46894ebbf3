import Dataplane
import Explanation
import Rules
import Tables

/// A traced connection for people: who talks to whom, what each hop says, and why.
struct TraceText {
  let tables: Tables
  let authenticationSucceeds: Bool
  var style = TextStyle()

  func text(_ result: TraceResult, _ explanation: TraceExplanation) -> String {
    let outcome = TraceOutcome(result, authenticationSucceeds: authenticationSucceeds)
    let doubt = explanation.undecidable.isEmpty ? "" : style.paint(" (undecidable)", .yellow)
    var lines = [
      paint(outcome) + doubt
        + "  \(result.source.probe.text) → \(result.destination.probe.text)  \(result.probe.protocolText)"
        + result.probe.layer7Text,
      "",
    ]
    lines += ends(result)
    lines += list(explanation.undecidable, title: style.paint("Undecidable", .yellow) + ", because")
    lines += hop(result.egress, explanation.egress, .egress, at: result.source)
    lines += hop(result.ingress, explanation.ingress, .ingress, at: result.destination)
    if !result.answers.isEmpty { lines += [""] + result.answers.flatMap { style.wrap($0.text, first: "") } }
    for note in result.notes { lines += [""] + style.wrap(note, first: "Note: ") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func list(_ texts: [String], title: String) -> [String] {
    texts.isEmpty ? [] : ["", title] + texts.flatMap { style.wrap($0, first: "  - ") }
  }

  private func paint(_ outcome: TraceOutcome) -> String {
    switch outcome {
    case .forwarded: style.paint(outcome.rawValue, .green)
    case .redirected: style.paint(outcome.rawValue, .cyan)
    case .dropped, .error: style.paint(outcome.rawValue, .red)
    }
  }

  // MARK: Ends

  private func ends(_ result: TraceResult) -> [String] {
    let ends = [
      (title: "from", end: result.source, identity: result.sourceIdentity),
      (title: "to", end: result.destination, identity: result.destinationIdentity),
    ]
    let names = ends.map { name(of: $0.end) }
    let numbers = ends.map { "identity \($0.identity)" }
    let nameWidth = names.map(\.count).max() ?? 0
    let numberWidth = numbers.map(\.count).max() ?? 0
    return zip(ends, zip(names, numbers)).flatMap { end, texts in
      let head =
        "  \(end.title.padded(to: 4))  \(texts.0.padded(to: nameWidth))  \(texts.1.padded(to: numberWidth))  "
      let labels = tables.identity(end.identity)?.summaryLabels ?? []
      return style.wrap(labels.joined(separator: " "), first: head)
    }
  }

  private func name(of end: TraceEnd) -> String {
    let name = end.endpoint.map { tables.endpoints[$0].name } ?? end.probe.text
    return name == end.probe.text ? name : "\(name) (\(end.probe.text))"
  }

  // MARK: Hops

  private func hop(_ hop: TraceHop?, _ explanation: Explanation?, _ direction: Direction, at end: TraceEnd) -> [String]
  {
    guard let hop else {
      return ["", "\(direction): no local endpoint at \(end.probe.text), so nobody's policy is asked"]
    }
    let outcome = TraceOutcome(hop, authenticationSucceeds: authenticationSucceeds)
    var head = "\(direction) at \(tables.endpoints[hop.endpoint].name): \(paint(outcome))"
    if outcome == .dropped { head += " (\(hop.dropReason))" }
    if outcome == .redirected, let layer7 = hop.layer7, !layer7.isUndecided {
      head += ", and by the proxy \(paint(layer7.isDropped ? .dropped : .forwarded))"
    }
    let text = HopText(tables: tables, style: style, authenticationSucceeds: authenticationSucceeds)
    return ["", head] + (explanation.map { text.lines(hop, $0) } ?? [])
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
