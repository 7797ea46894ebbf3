import Layer7

/// Records what a reassembler hands out: messages of a length byte and as many bytes of text.
struct StreamRecorder: StreamConsumer {
  var messages: [[UInt8]] = []
  var breaks: [StreamBreak] = []
  var begun = 0
  var frames: [Int] = []
  var turns = 0
  /// What `breakOff` answers.
  var resumes = true
  /// Passes over the bodies unseen instead of asking for them.
  var skips = false
  /// Does not look into anything: every byte is taken as it comes.
  var isRaw = false
  var raw: [UInt8] = []

  mutating func begin(_ stream: Int) { begun += 1 }

  mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    if chunk.isTurn { turns += 1 }
    if isRaw {
      raw += bytes.array
      return Consumption(consumed: bytes.byteCount)
    }
    var position = 0
    while position < bytes.byteCount {
      let length = Int(bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self))
      if skips {
        messages.append([UInt8(length)])
        frames.append(chunk.frame)
        position += 1 + length
        continue
      }
      guard bytes.byteCount - position > length else { return Consumption(consumed: position, needed: 1 + length) }
      messages.append(bytes.extracting(position + 1..<position + 1 + length).array)
      frames.append(chunk.frame)
      position += 1 + length
    }
    return Consumption(consumed: position)
  }

  mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool {
    breaks.append(reason)
    return resumes
  }
}

extension RawSpan {
  var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}
