import Testing

@testable import Flow

/// The JSON writer keeps what events have in common: what it has written before must not show.
@Suite("Writing from kept pieces")
struct KeptTextTests {
  /// As a writer writes it that has written nothing before.
  private func fresh(_ flow: Flow) -> String {
    var writer = FlowJSONWriter()
    var bytes = OutputBuffer()
    writer.write(flow, to: &bytes)
    return bytes.text
  }

  @Test("a writer with a past writes as a new one does", arguments: 0..<4)
  func past(seed: Int) {
    var random = RandomFlows(seed: UInt64(seed))
    var generator = SeededGenerator(seed: UInt64(seed))
    let flows = (0..<400).map { _ in random.next() }
    let lines = flows.map(fresh)
    var writer = FlowJSONWriter()
    for _ in 0..<2000 {
      // Parts of several events together, as shared values meet in ever new combinations.
      let (first, second) = (
        Int.random(in: flows.indices, using: &generator), Int.random(in: flows.indices, using: &generator)
      )
      var mixed = flows[first]
      mixed.sharedSource = flows[second].sharedSource
      mixed.observer = flows[second].observer
      mixed.attribution = flows[second].attribution
      var bytes = OutputBuffer()
      writer.write(mixed, to: &bytes)
      #expect(bytes.text == fresh(mixed))
      bytes.removeAll()
      writer.write(flows[first], to: &bytes)
      #expect(bytes.text == lines[first])
    }
  }

  @Test("events of one attribution and different kinds keep their texts apart")
  func kinds() {
    var writer = FlowJSONWriter()
    var flow = Sample.allowed
    let kinds: [(inout Flow) -> Void] = [
      { $0.verdict = .redirected }, { $0.isReply = true }, { $0.isReply = nil }, { $0.policyMatchType = .all },
      { $0.dropReason = .policyDeny }, { $0.eventType = .drop(.policyDeny) }, { $0.eventType = .trace(.toStack) },
      { $0.traceObservationPoint = .toEndpoint }, { $0.traceReason = .encryptOverlay }, { $0.authType = .spire },
      { $0.debugCapturePoint = .snatAfter }, { $0.trafficDirection = .unknown }, { $0.type = .socket },
      // Numbers that Cilium has none of.
      { $0.policyMatchType = .init(rawValue: 16) }, { $0.dropReason = .init(rawValue: 389) },
      { $0.eventType = .init(type: 261, subType: 256) }, { $0.eventType = .init(type: -1, subType: -1) },
    ]
    for change in kinds + kinds.reversed() {
      change(&flow)
      var bytes = OutputBuffer()
      writer.write(flow, to: &bytes)
      #expect(bytes.text == fresh(flow))
    }
  }

  @Test("more values than the cache holds are written all the same")
  func overflow() {
    var cache = FragmentCache<FlowEndpoint>()
    let shared = SharedValue(FlowEndpoint(identity: 1))
    for number in UInt32(1)...70_000 {
      let value = number % 7 == 0 ? shared : SharedValue(FlowEndpoint(identity: number))
      let place =
        cache.find(value) ?? cache.insert(value) { _, bytes in FlowJSON.write(value.content, to: &bytes) }
      var bytes = OutputBuffer()
      cache.append(0, of: place, to: &bytes)
      guard bytes.text == "\"identity\":\(value.content.identity)" else {
        Issue.record("\(number): \(bytes.text)")
        return
      }
    }
  }

  @Test("hexadecimal digits are those of the number", arguments: [UInt64(0), 1, 0x9abc_def0_1234_5678, .max])
  func hexadecimal(value: UInt64) {
    for digits in 1...16 {
      var bytes = OutputBuffer()
      bytes.append(hexadecimal: value, digits: digits)
      let whole = String(value, radix: 16)
      let padded = String(repeating: "0", count: 16 - whole.count) + whole
      #expect(bytes.text == String(padded.suffix(digits)))
    }
  }
}
