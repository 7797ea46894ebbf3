/// Writes moments of one capture, most of which lie in the second of the one before, and many of which are the same.
struct ClockText: ~Copyable {
  /// The second that `text` shows, since 1970.
  private var second = Int64.min
  /// The moment that it shows; nil for none.
  private var moment: Int64?
  /// `2006-01-02T15:04:05.123Z`
  private var text = OutputBuffer(capacity: 64)
  /// How much of it shows the second.
  private var secondLength = 0

  /// Appends `time` (nanoseconds since 1970) as the JSON form of `google.protobuf.Timestamp`.
  @inline(__always)
  mutating func write(_ time: Int64, to bytes: inout OutputBuffer) {
    if time != moment { show(time) }
    text.copy(0..<text.count, to: &bytes)
  }

  private mutating func show(_ time: Int64) {
    var (quotient, remainder) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    if remainder < 0 { (quotient, remainder) = (quotient - 1, remainder + 1_000_000_000) }
    if quotient != second || moment == nil {
      text.removeAll()
      Timestamp.writeSecond(CivilTime(nanoseconds: time), to: &text)
      secondLength = text.count
      second = quotient
    }
    text.truncate(to: secondLength)
    Timestamp.writeProtobufFraction(UInt64(remainder), to: &text)
    moment = time
  }
}
