/// Writes moments of one capture, most of which lie in the second of the one before: its text is kept.
struct ClockText {
  /// The second that `text` shows, since 1970.
  private var second = Int64.min
  /// `2006-01-02T15:04:05`
  private var text: [UInt8] = []

  /// Appends `time` (nanoseconds since 1970) as the JSON form of `google.protobuf.Timestamp`.
  mutating func write(_ time: Int64, to bytes: inout OutputBuffer) {
    var (quotient, remainder) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    if remainder < 0 { (quotient, remainder) = (quotient - 1, remainder + 1_000_000_000) }
    if quotient != second || text.isEmpty {
      var buffer = OutputBuffer()
      Timestamp.writeSecond(CivilTime(nanoseconds: time), to: &buffer)
      text = buffer.bytes
      second = quotient
    }
    bytes.append(contentsOf: text)
    Timestamp.writeProtobufFraction(UInt64(remainder), to: &bytes)
  }
}
