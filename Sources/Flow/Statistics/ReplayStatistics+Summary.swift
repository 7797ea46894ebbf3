extension ReplayStatistics {
  /// The summary for people: totals, verdicts, drop reasons, the `top` pairs that were denied, and what hit a limit.
  public func summary(top: Int = 10) -> String {
    var bytes = OutputBuffer()
    writeTotals(to: &bytes)
    writeVerdicts(to: &bytes)
    writeDropReasons(to: &bytes)
    writeDeniedPairs(top: top, to: &bytes)
    writeL7(to: &bytes)
    writeNames(to: &bytes)
    writeLatency(to: &bytes)
    writeLimits(to: &bytes)
    return bytes.text
  }

  private func writeTotals(to bytes: inout OutputBuffer) {
    let millis = seconds.isFinite && seconds > 0 && seconds < 1e12 ? UInt64((seconds * 1e3).rounded()) : 0
    bytes.append(text: "\(grouped(packets)) packets, \(grouped(self.bytes)) bytes, \(grouped(flows)) flows in ")
    bytes.append(decimal: millis / 1000)
    bytes.append(UInt8(ascii: "."))
    bytes.append(decimal: millis % 1000, digits: 3)
    bytes.append(" s\n")
    if !vantage.isEmpty { bytes.append(text: "\(vantage)\n") }
    if sightings > 0 { bytes.append(text: "\(grouped(sightings)) packets were seen again at another capture point\n") }
  }

  private func writeVerdicts(to bytes: inout OutputBuffer) {
    var table = TextTable([("VERDICT", .left), ("PACKETS", .right), ("SHARE", .right), ("FLOWS", .right)])
    let judged = packets - min(packets, sightings)
    func add(_ name: String, _ packets: UInt64, _ flows: UInt64) {
      guard packets > 0 || flows > 0 else { return }
      table.add([name, grouped(packets), share(packets, of: judged), grouped(flows)])
    }
    add("FORWARDED", verdicts.forwarded, flowVerdicts.forwarded)
    add("REDIRECTED", verdicts.redirected, flowVerdicts.redirected)
    add("AUDIT", verdicts.audit, flowVerdicts.audit)
    add("DROPPED", verdicts.dropped, flowVerdicts.dropped)
    add("UNJUDGED", verdicts.unjudged, flowVerdicts.unjudged)
    bytes.append(UInt8(ascii: "\n"))
    table.write(to: &bytes)
  }

  private func writeDropReasons(to bytes: inout OutputBuffer) {
    guard !dropReasons.isEmpty else { return }
    var table = TextTable([("DROP REASON", .left), ("PACKETS", .right)])
    let sorted = dropReasons.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.key.rawValue < $1.key.rawValue
    }
    for (reason, count) in sorted { table.add([reason.text, grouped(count)]) }
    bytes.append(UInt8(ascii: "\n"))
    table.write(to: &bytes)
  }

  private func writeDeniedPairs(top: Int, to bytes: inout OutputBuffer) {
    let pairs = deniedPairs.top(top)
    guard !pairs.isEmpty else { return }
    var table = TextTable([("DENIED FROM", .left), ("TO", .left), ("REASON", .left), ("COUNT", .right)])
    for (pair, count) in pairs { table.add([pair.source, pair.destination, pair.reason.text, grouped(count)]) }
    bytes.append(UInt8(ascii: "\n"))
    table.write(to: &bytes)
    let left = deniedPairs.counts.count - pairs.count
    if left > 0 { bytes.append(text: "and \(grouped(UInt64(left))) more pair\(left == 1 ? "" : "s")\n") }
    if deniedPairs.others > 0 {
      bytes.append(text: "and \(grouped(deniedPairs.others)) refusals of pairs beyond the first ")
      bytes.append(text: "\(grouped(UInt64(deniedPairs.limit)))\n")
    }
  }

  private func writeNames(to bytes: inout OutputBuffer) {
    guard names.answers > 0 else { return }
    func count(_ number: UInt64, _ one: String, _ many: String) -> String {
      "\(grouped(number)) \(number == 1 ? one : many)"
    }
    bytes.append(
      text:
        "\n\(count(names.names, "name", "names")) with \(count(names.addresses, "address", "addresses")) learnt from "
        + count(names.answers, "DNS answer", "DNS answers"))
    if names.expired > 0 { bytes.append(text: ", \(grouped(names.expired)) forgotten again") }
    if names.dropped > 0 { bytes.append(text: ", \(grouped(names.dropped)) not learnt for want of room") }
    bytes.append(UInt8(ascii: "\n"))
  }

  private func writeL7(to bytes: inout OutputBuffer) {
    guard l7 != L7() else { return }
    var table = TextTable([("L7", .left), ("MESSAGES", .right), ("DENIED", .right)])
    if l7.httpRequests > 0 { table.add(["HTTP requests", grouped(l7.httpRequests), grouped(l7.httpDenied)]) }
    if l7.dnsQueries > 0 { table.add(["DNS queries", grouped(l7.dnsQueries), grouped(l7.dnsDenied)]) }
    if l7.tlsServerNames > 0 {
      table.add(["TLS server names", grouped(l7.tlsServerNames), grouped(l7.tlsServerNamesDenied)])
    }
    if l7.kafkaRequests > 0 { table.add(["Kafka requests", grouped(l7.kafkaRequests), grouped(l7.kafkaDenied)]) }
    bytes.append(UInt8(ascii: "\n"))
    if !table.isEmpty { table.write(to: &bytes) }
    for note in l7.notes { bytes.append(text: "\(note)\n") }
  }

  private func writeLatency(to bytes: inout OutputBuffer) {
    guard !latency.isEmpty else { return }
    var table = TextTable([
      ("HOP (ns)", .left), ("COUNT", .right), ("P50", .right), ("P90", .right), ("P99", .right), ("P99.9", .right),
      ("MAX", .right),
    ])
    for hop in latency {
      table.add([hop.hop] + [hop.count, hop.p50, hop.p90, hop.p99, hop.p999, hop.max].map { grouped($0) })
    }
    bytes.append(UInt8(ascii: "\n"))
    table.write(to: &bytes)
    if let run = latencyRun { bytes.append(text: run.text) }
  }

  private func writeLimits(to bytes: inout OutputBuffer) {
    if limits.connectionsEvicted > 0 {
      bytes.append(
        text: "\nThe connection table was full: \(grouped(limits.connectionsEvicted)) were forgotten early.\n")
    }
    if limits.reassemblyDropped > 0 {
      bytes.append(text: "\nReassembly ran out of room: \(grouped(limits.reassemblyDropped)) segments were not read.\n")
    }
  }

  private func grouped(_ number: UInt64) -> String { Self.grouped(number) }

  /// With a comma after each group of three digits.
  static func grouped(_ number: UInt64) -> String {
    let digits = String(number)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  private func share(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0 else { return "-" }
    let tenths = UInt64((Double(part) / Double(whole) * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }
}

extension ReplayStatistics.LatencyRun {
  /// What the table of the hops does not say.
  fileprivate var text: String {
    let all =
      timed == packets ? "Every packet was timed" : "\(grouped(timed)) of \(grouped(packets)) packets were timed"
    return """
      \(all); all were judged one by one, which takes longer than in groups.
      total is from a packet's bytes to the end of its accounting, of which no hop has all; proxies come after it. A reading of the clock
      (\(timer), \(decimal(timerNanoseconds)) ns) is subtracted wherever there was one. With these the times add up to
      \(decimal(agreement * 100))% of what the packet loop took.

      """
  }

  private func grouped(_ number: UInt64) -> String { ReplayStatistics.grouped(number) }

  /// With one digit after the point.
  private func decimal(_ number: Double) -> String {
    let tenths = number.isFinite && number > 0 && number < 1e12 ? UInt64((number * 10).rounded()) : 0
    return "\(tenths / 10).\(tenths % 10)"
  }
}
