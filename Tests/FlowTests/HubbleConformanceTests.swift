import Foundation
import Testing

@testable import Flow

/// Compares with what the real hubble CLI printed for the same lines.
@Suite("What hubble prints", .enabled(if: Shared.isThere))
struct HubbleConformanceTests {
  @Test(
    "text outputs are the same bytes",
    arguments: [
      ("expected-compact.txt", FlowPrintOptions(format: .compact)),
      ("expected-dict.txt", FlowPrintOptions(format: .dict)),
      ("expected-table.txt", FlowPrintOptions(format: .table)),
      ("expected-jsonpb.jsonl", FlowPrintOptions(format: .jsonpb)),
      ("expected-compact-numeric.txt", FlowPrintOptions(format: .compact, numeric: true)),
      ("expected-compact-color.txt", FlowPrintOptions(format: .compact, color: true)),
      (
        "expected-compact-names.txt",
        FlowPrintOptions(format: .compact, timeFormat: .rfc3339Nano, nodeNames: true, policyNames: true)
      ),
    ])
  func output(name: String, options: FlowPrintOptions) throws {
    let expected = try Shared.text(name).split(separator: "\n", omittingEmptySubsequences: false)
    let actual = printed(try Shared.events(), options).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(expected.count == actual.count)
    for (expected, actual) in zip(expected, actual) { #expect(expected == actual) }
  }

  @Test("derived summaries are those that Cilium wrote")
  func derivedSummaries() throws {
    for event in try Shared.events() {
      guard var flow = event.flow, case .text(let text) = flow.summary, !text.hasPrefix("TLS SNI") else { continue }
      flow.summary = .derived
      #expect(flow.summaryText == text)
    }
  }

  @Test("filters keep the same lines")
  func filters() throws {
    let events = try Shared.events()
    var passed = 0
    var left: [String] = []
    for line in try Shared.text("expected-filters.tsv").split(separator: "\n").dropFirst() {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard let selection = try FilterLine.selection(columns[0]) else {
        left.append(columns[0])
        continue
      }
      let kept = FilterLine.kept(of: events, selection)
      #expect(kept == columns[1], "\(columns[0])")
      if kept == columns[1] { passed += 1 }
    }
    print("filters: \(passed) lines as expected, not built: \(left)")
    #expect(passed >= 97)
  }
}

/// A line of `expected-filters.tsv`.
enum FilterLine {
  private static let short = [
    "-4": "ipv4", "-6": "ipv6", "-A": "all-namespaces", "-n": "namespace", "-l": "label",
  ]

  /// Nil for options that Weir does not have.
  static func selection(_ flags: String) throws -> FlowSelection? {
    var parser = FlowFilterParser(now: 0)
    var negated = false
    var words = flags.split(separator: " ").map(String.init)[...]
    while let word = words.popFirst() {
      let name = short[word] ?? String(word.dropFirst(2))
      if name == "not" {
        negated = true
        continue
      }
      if name == "allowlist" || name == "denylist" {
        parser.add(try FlowFilter(json: words.popFirst() ?? ""), negated: name == "denylist")
        continue
      }
      guard let flag = FilterFlag(rawValue: name) else { return nil }
      try parser.add(flag, flag.takesValue ? words.popFirst() ?? "" : "", negated: negated)
      negated = false
    }
    return try parser.makeSelection()
  }

  static func kept(of events: [FlowEvent], _ selection: FlowSelection) -> String {
    var selector = FlowSelector(selection)
    var kept: [FlowEvent] = []
    for event in events { selector.take(event) { kept.append($0) } }
    selector.finish { kept.append($0) }
    return kept.map { event in
      guard let index = events.firstIndex(of: event), event.flow != nil else { return "lost" }
      return String(index + 1)
    }.joined(separator: ",")
  }
}
