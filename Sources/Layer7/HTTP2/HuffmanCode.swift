/// HPACK's Huffman code (RFC 7541 §5.2, Appendix B), decoded four bits at a time.
///
/// The code is canonical: its words follow from their lengths alone, so only those are written down.
enum HuffmanCode {
  /// The length of each byte's word in bits; the last is the end-of-string symbol's.
  static let lengths: [UInt8] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11,
    10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8,
    15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5,
    6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
    23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21,
    23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
    28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
  ]

  /// What four more bits do from a node of the code's tree.
  struct Step: Sendable {
    var node: UInt8 = 0
    var symbol: UInt8 = 0
    /// The bits complete a symbol; no word is shorter than five bits, so never two.
    var emits = false
    /// They complete the end-of-string symbol, which must not occur.
    var fails = false
    /// A string may end here: the bits since the last symbol are fewer than eight, and all ones.
    var mayEnd = false
  }

  /// Sixteen steps for each inner node; node 0 is the root.
  static let steps: [Step] = makeSteps()

  /// Appends what `bytes` decode to; false when they are no string of the code, or longer than `limit` decoded.
  static func decode(_ bytes: RawSpan, into text: inout [UInt8], limit: Int) -> Bool {
    let steps = Self.steps
    var state = Step(mayEnd: true)
    let start = text.count
    for offset in 0..<bytes.byteCount {
      let byte = bytes.byte(offset)
      state = steps[Int(state.node) << 4 | Int(byte >> 4)]
      if state.fails { return false }
      if state.emits { text.append(state.symbol) }
      state = steps[Int(state.node) << 4 | Int(byte & 15)]
      if state.fails { return false }
      if state.emits { text.append(state.symbol) }
      guard text.count - start <= limit else { return false }
    }
    return state.mayEnd
  }

  /// The tree's nodes: a child is an inner node (≥ 0) or a symbol (its complement).
  private static func makeTree() -> [(zero: Int, one: Int)] {
    let unset = Int.max
    var nodes = [(zero: unset, one: unset)]
    var word = 0
    var length = 0
    for (symbol, symbolLength) in lengths.enumerated().sorted(by: { ($0.element, $0.offset) < ($1.element, $1.offset) })
    {
      word <<= Int(symbolLength) - length
      length = Int(symbolLength)
      var node = 0
      for bit in (0..<length).reversed() {
        let isOne = word >> bit & 1 == 1
        var child = isOne ? nodes[node].one : nodes[node].zero
        if child == unset {
          child = bit == 0 ? ~symbol : nodes.count
          if bit > 0 { nodes.append((unset, unset)) }
          if isOne { nodes[node].one = child } else { nodes[node].zero = child }
        }
        node = child
      }
      word += 1
    }
    return nodes
  }

  private static func makeSteps() -> [Step] {
    let tree = makeTree()
    // Where a string may end: the root, and the nodes that up to seven ones lead to.
    var ends: Set<Int> = [0]
    var node = 0
    for _ in 0..<7 {
      node = tree[node].one
      ends.insert(node)
    }
    var steps: [Step] = []
    for start in tree.indices {
      for bits in 0..<16 {
        var step = Step()
        var node = start
        for bit in [8, 4, 2, 1] where !step.fails {
          node = bits & bit != 0 ? tree[node].one : tree[node].zero
          guard node < 0 else { continue }
          if ~node == 256 { step.fails = true } else { step.symbol = UInt8(~node) }
          step.emits = !step.fails
          node = 0
        }
        step.node = UInt8(node)
        step.mayEnd = ends.contains(node)
        steps.append(step)
      }
    }
    return steps
  }
}
