import Testing

@testable import Flow

@Suite("Times")
struct TimestampTests {
  private func text(_ time: Int64?, _ format: Timestamp.Format) -> String {
    var bytes = OutputBuffer()
    Timestamp.write(time, format, to: &bytes)
    return bytes.text
  }

  @Test(
    "every layout",
    arguments: [
      (Timestamp.Format.stampMilli, "Mar  5 07:08:09.012"), (.yearMonthDay, "2026-03-05Z"),
      (.yearMonthDayHour, "2026-03-05T07Z"), (.yearMonthDayHourMinute, "2026-03-05T07:08Z"),
      (.rfc3339, "2026-03-05T07:08:09Z"), (.rfc3339Milli, "2026-03-05T07:08:09.012Z"),
      (.rfc3339Micro, "2026-03-05T07:08:09.012345Z"), (.rfc3339Nano, "2026-03-05T07:08:09.012345678Z"),
      (.rfc1123Z, "Thu, 05 Mar 2026 07:08:09 +0000"),
    ])
  func layouts(format: Timestamp.Format, expected: String) {
    let expected = format == .yearMonthDay ? "2026-03-05" : expected
    #expect(text(Sample.time, format) == expected)
    #expect(text(nil, format) == "N/A")
  }

  @Test("RFC3339Nano drops the zeros at the end, the protocol's form keeps groups of three")
  func fractions() {
    for (nanos, trimmed, grouped) in [
      (0, "", ""), (100_000_000, ".1", ".100"), (120_000, ".00012", ".000120"), (1, ".000000001", ".000000001"),
    ] {
      #expect(text(Int64(nanos), .rfc3339Nano) == "1970-01-01T00:00:00\(trimmed)Z")
      var bytes = OutputBuffer()
      Timestamp.writeProtobuf(Int64(nanos), to: &bytes)
      #expect(bytes.text == "1970-01-01T00:00:00\(grouped)Z")
    }
  }

  @Test(
    "the calendar",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00Z"), (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"),
      (4_107_542_399_000_000_000, "2100-02-28T23:59:59Z"), (-5_000_000_000_000_000_000, "1811-07-23T15:06:40Z"),
      (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
    ])
  func calendar(time: Int64, expected: String) {
    #expect(text(time, .rfc3339Nano) == expected)
  }

  @Test("days and dates are each other's inverse over 600 years")
  func days() {
    for day in stride(from: -100_000, through: 100_000, by: 17) {
      let civil = CivilTime(nanoseconds: Int64(day) * 86_400_000_000_000)
      #expect(CivilTime.days(year: civil.year, month: civil.month, day: civil.day) == day)
    }
  }

  @Test(
    "times are read with any fraction, offset or missing part",
    arguments: [
      ("2026-03-05T07:08:09.012345678Z", Sample.time), ("2026-03-05T08:08:09.0123456789+01:00", Sample.time),
      ("2026-03-05T01:38:09.012345678-05:30", Sample.time), ("1970-01-02", 86_400_000_000_000),
      ("2262-04-11T23:47:16.854775807Z", .max), ("1677-09-21T00:12:43.145224192Z", .min),
      ("1970-01-01T01Z", 3_600_000_000_000), ("1970-01-01T00:01Z", 60_000_000_000),
    ])
  func reading(text: String, time: Int64) {
    #expect(Timestamp.read(text) == time)
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026", "2026-13-01", "2026-02-29", "2026-03-05T24:00:00Z", "2026-03-05T07:08:09", "2026-03-05 07:08:09Z",
      "2026-03-05T07:08:09.Z", "2026-03-05T07:08:09Zx", "1500-01-01", "2500-01-01", "2262-04-11T23:47:16.854775808Z",
      "2026-03-05T07:08:09+1:00",
    ])
  func refused(text: String) {
    #expect(Timestamp.read(text) == nil)
  }

  @Test("durations are Go's")
  func durations() {
    #expect(Timestamp.readDuration("1h30m") == 5_400_000_000_000)
    #expect(Timestamp.readDuration("1.5s") == 1_500_000_000)
    #expect(Timestamp.readDuration("-250ms") == -250_000_000)
    #expect(Timestamp.readDuration("0") == 0)
    for text in ["", "5", "s", "5 s", "1y", "-", "99999999999h"] { #expect(Timestamp.readDuration(text) == nil) }
  }
}
