import Dataplane
import Latency

/// What `weir bench` tells people.
struct BenchText {
  let input: BenchInput
  let packets: Int
  let figures: [BackEndFigures]
  let style: TextStyle
  /// On a terminal: blocks for the histogram.
  let usesBlocks: Bool

  func text() -> String {
    var lines = head
    lines += [""] + throughput
    for figures in figures { lines += [""] + latency(figures) }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: What was run

  private var head: [String] {
    var lines = ["cluster   \(input.cluster)", "packets   \(input.traffic)"]
    guard let first = figures.first else { return lines }
    lines.append("verdicts  " + verdicts(first))
    for other in figures.dropFirst() where other.verdicts != first.verdicts {
      lines += style.wrap(
        "of \(other.name): \(verdicts(other)). It judges a packet as it arrives, so it opens no tunnels, drops nothing for "
          + "following a refusal, and hears nothing from proxies: over this traffic the figures are not of the same work.",
        first: "          ", next: "          ")
    }
    return lines
  }

  private func verdicts(_ figures: BackEndFigures) -> String {
    let verdicts = figures.verdicts
    let parts = [
      ("FORWARDED", verdicts.forwarded), ("REDIRECTED", verdicts.redirected), ("AUDIT", verdicts.audit),
      ("DROPPED", verdicts.dropped), ("UNJUDGED", verdicts.unjudged),
    ].filter { $0.1 > 0 }.map { "\(Self.share(Double($0.1) / Double(max(packets, 1)))) \($0.0)" }
    return parts.joined(separator: ", ")
  }

  // MARK: How fast

  private var throughput: [String] {
    var table = NumberTable(["throughput, one thread", "packets/s", "ns/packet", "best pass", "passes"])
    for figures in figures {
      table.add([
        "\(figures.name), \(figures.manner)", Self.grouped(UInt64(figures.throughput.packetsPerSecond)),
        Self.decimal(figures.throughput.nanosecondsPerPacket), Self.decimal(figures.throughput.best),
        Self.grouped(UInt64(figures.throughput.passes.count)),
      ])
    }
    return paintingFirst(table.lines) + ratios
  }

  /// Of every back end to the first.
  private var ratios: [String] {
    guard let first = figures.first else { return [] }
    return figures.dropFirst().map { other in
      let throughput = first.throughput.nanosecondsPerPacket / other.throughput.nanosecondsPerPacket
      let median = first.latency.total.p50 / other.latency.total.p50
      return "\(other.name) to \(first.name): \(Self.ratio(throughput)) the packets per second, median latency "
        + "\(Self.ratio(1 / median))"
    }
  }

  // MARK: How long

  private func latency(_ figures: BackEndFigures) -> [String] {
    let summary = figures.latency
    var table = NumberTable([
      "latency of \(figures.name) (ns)", "packets", "mean", "share", "p50", "p90", "p99", "p99.9", "max",
    ])
    let sum = max(summary.total.sum, 1)
    func add(_ hop: LatencyDistribution) {
      table.add([
        "  " + hop.name, Self.grouped(hop.count), Self.decimal(hop.mean),
        hop.isInTotal ? Self.share(hop.sum / sum) : "after it", Self.time(hop.p50), Self.time(hop.p90),
        Self.time(hop.p99), Self.time(hop.p999), Self.time(hop.max),
      ])
    }
    for hop in summary.hops where hop.count > 0 { add(hop) }
    if !summary.hops.isEmpty {
      let rest = max(0, summary.total.sum - summary.hops.reduce(0) { $0 + ($1.isInTotal ? $1.sum : 0) })
      table.add([
        "  bookkeeping", Self.grouped(summary.total.count), Self.decimal(rest / Double(max(summary.total.count, 1))),
        Self.share(rest / sum), "", "", "", "", "",
      ])
    }
    add(summary.total)
    var lines = paintingFirst(table.lines)
    if let last = lines.popLast() { lines.append(style.paint(last, .bold)) }
    let chart = LatencyChart(columns: summary.columns, width: style.width, usesBlocks: usesBlocks)
    let marks = [
      ("p50", summary.total.p50), ("p90", summary.total.p90), ("p99", summary.total.p99),
      ("p99.9", summary.total.p999),
    ]
    lines += [""] + chart.lines(marks: marks.map { (name: $0.0, nanoseconds: $0.1) })
    return lines + [""] + notes(figures)
  }

  /// How the times were taken, and whether they can be true.
  private func notes(_ figures: BackEndFigures) -> [String] {
    if let notes = figures.notes {
      return notes.flatMap { note in
        let title = note.title + String(repeating: " ", count: max(1, 7 - note.title.count))
        return style.wrap(note.text, first: title, next: "       ")
      }
    }
    let (summary, timer) = (figures.latency, figures.timer)
    let passes = "\(Self.grouped(UInt64(figures.latencyPasses))) pass\(figures.latencyPasses == 1 ? "" : "es")"
    let sampling =
      summary.total.count == summary.packets
      ? "every packet of \(passes) timed"
      : "one packet in \(Self.decimal(summary.interval)) timed, over \(passes)"
    var lines = style.wrap(
      "\(sampling); packets go through the stages one by one, unlike those of the throughput, each begun when the one "
        + "before is done with. Every pass begins without connections, after one to warm up.", first: "how    ",
      next: "       ")
    let steadiness = timer.isSteady ? "" : "; its rate is not constant, so all times are approximate"
    lines += style.wrap(
      "\(timer.name) at \(Self.gigahertz(timer.ticksPerNanosecond)); a reading costs \(Self.decimal(timer.cost)) ns "
        + "(two in a row: least \(Self.decimal(timer.leastCost)), median \(Self.decimal(timer.medianCost))), which is subtracted from every figure above\(steadiness).",
      first: "timer  ", next: "       ")
    if let agreement = summary.agreement {
      lines += style.wrap(
        "the totals and the timer's cost make up \(Self.share(agreement)) of the packet loop's wall time.",
        first: "check  ", next: "       ")
    }
    return lines
  }

  private func paintingFirst(_ lines: [String]) -> [String] {
    lines.enumerated().map { $0.offset == 0 ? style.paint($0.element, .cyan) : $0.element }
  }

  // MARK: Numbers

  static func grouped(_ number: UInt64) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  static func decimal(_ number: Double) -> String {
    let tenths = UInt64((max(number, 0) * 10).rounded())
    return "\(grouped(tenths / 10)).\(tenths % 10)"
  }

  private static func time(_ nanoseconds: Double) -> String { grouped(UInt64(nanoseconds.rounded())) }

  private static func share(_ part: Double) -> String { "\(decimal(part * 100))%" }

  private static func ratio(_ ratio: Double) -> String {
    let hundredths = UInt64((max(ratio, 0) * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)×"
  }

  private static func gigahertz(_ ticksPerNanosecond: Double) -> String {
    let thousandths = UInt64((ticksPerNanosecond * 1000).rounded())
    guard thousandths >= 1000 else { return "\(decimal(ticksPerNanosecond * 1000)) MHz" }
    return "\(decimal(ticksPerNanosecond)) GHz"
  }
}

/// Columns of numbers under their titles, and what they are of to the left.
struct NumberTable {
  private var rows: [[String]]

  init(_ titles: [String]) { rows = [titles] }

  mutating func add(_ row: [String]) { rows.append(row) }

  var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }
}
