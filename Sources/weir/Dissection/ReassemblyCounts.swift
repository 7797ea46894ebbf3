import Layer7

/// What was met in putting streams and datagrams together, and every limit that was hit.
struct ReassemblyCounts {
  var streams = StreamCounters()
  /// Fragmented datagrams that became whole.
  var datagrams = 0
  var datagramsGivenUp = 0
  /// Senders over UDP of which too many had unfinished handshakes, and those over SCTP that were too many.
  var sendersForgotten = 0

  private var rows: [(name: String, text: String, count: Int)] {
    [
      ("out_of_order", "segments out of order", streams.outOfOrder),
      ("repeated_bytes", "bytes repeated", streams.repeatedBytes),
      ("conflicts", "repetitions that differ", streams.conflicts), ("gaps", "gaps", streams.gaps),
      ("lost_bytes", "bytes lost", streams.lostBytes), ("restarts", "jumps of sequence numbers", streams.restarts),
      ("overflows", "messages too long", streams.overflows),
      ("exhaustions", "directions given up for lack of memory", streams.exhaustions),
      ("evictions", "connections forgotten for others", streams.evictions),
      ("datagrams", "datagrams from fragments", datagrams),
      ("datagrams_given_up", "datagrams given up", datagramsGivenUp),
      ("senders_forgotten", "senders forgotten for others", sendersForgotten),
    ]
  }

  func write(to json: inout JSONWriter) {
    json.key("reassembly")
    json.object { json in
      for row in rows { json.field(row.name, row.count) }
    }
  }

  var lines: [String] {
    let met = rows.filter { $0.count > 0 }
    guard !met.isEmpty else { return [] }
    return ["  reassembly  " + met.map { "\($0.count) \($0.text)" }.joined(separator: ", ")]
  }
}
