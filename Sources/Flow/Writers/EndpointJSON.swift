/// Writes the ends of flows as JSON, and keeps the text of recent ones: a few hundred pods are the ends of all flows, and
/// their labels are most of a line.
///
/// A place is chosen by identity and pod; whoever comes to a taken one replaces its text. Ends that share their storage,
/// as those of one replay do, compare without looking at their texts.
struct EndpointJSON {
  private static let size = 2048

  private var known: [FlowEndpoint] = []
  private var texts: [[UInt8]] = []

  /// Appends the members of the endpoint's object.
  mutating func write(_ endpoint: FlowEndpoint, to bytes: inout [UInt8]) {
    // What has no labels is written as fast as it is found.
    if endpoint.labels.isEmpty { return FlowJSON.write(endpoint, to: &bytes) }
    if known.isEmpty {
      known = Array(repeating: FlowEndpoint(), count: Self.size)
      texts = Array(repeating: [], count: Self.size)
    }
    let place = Self.place(of: endpoint)
    if known[place] != endpoint {
      known[place] = endpoint
      var text: [UInt8] = [UInt8(ascii: "{")]
      FlowJSON.write(endpoint, to: &text)
      texts[place] = Array(text.dropFirst())
    }
    bytes.append(contentsOf: texts[place])
  }

  private static func place(of endpoint: FlowEndpoint) -> Int {
    var mixed = UInt64(endpoint.identity) << 32 | UInt64(endpoint.id)
    for byte in endpoint.podName.utf8.suffix(8) { mixed = mixed &* 31 &+ UInt64(byte) }
    return Int(truncatingIfNeeded: mixed &* 0x9e37_79b9_7f4a_7c15 >> 40) & (size - 1)
  }
}
