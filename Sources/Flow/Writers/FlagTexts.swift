/// The texts of TCP flags, made when first asked for: a connection's packets have few combinations.
struct FlagTexts {
  private static let combinations = 1 << 9

  private var names = [[UInt8]](repeating: [], count: combinations)
  private var summaries = [[UInt8]](repeating: [], count: combinations)

  /// Appends the members of protobuf's `TCPFlags`.
  mutating func writeNames(_ flags: Flow.TCPFlags, to bytes: inout OutputBuffer) {
    let number = Int(flags.rawValue) & (Self.combinations - 1)
    if names[number].isEmpty, number > 0 {
      var text = OutputBuffer()
      FlowJSON.write(flags, to: &text)
      names[number] = text.bytes
    }
    bytes.append(contentsOf: names[number])
  }

  /// Appends what Cilium says of the flags.
  mutating func writeSummary(_ flags: Flow.TCPFlags, to bytes: inout OutputBuffer) {
    let number = Int(flags.rawValue) & (Self.combinations - 1)
    if summaries[number].isEmpty {
      var text = OutputBuffer()
      SummaryText.write(flags, to: &text)
      summaries[number] = text.bytes
    }
    bytes.append(contentsOf: summaries[number])
  }
}
