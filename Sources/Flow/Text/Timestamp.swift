/// Writing and reading moments, kept as nanoseconds since 1970-01-01 UTC.
public enum Timestamp {
  /// The layouts that `--time-format` takes, by hubble's names. All are in UTC.
  public enum Format: String, Sendable, CaseIterable {
    /// `Jul 14 09:30:12.112`.
    case stampMilli = "StampMilli"
    case yearMonthDay = "YearMonthDay"
    case yearMonthDayHour = "YearMonthDayHour"
    case yearMonthDayHourMinute = "YearMonthDayHourMinute"
    case rfc3339 = "RFC3339"
    case rfc3339Milli = "RFC3339Milli"
    case rfc3339Micro = "RFC3339Micro"
    case rfc3339Nano = "RFC3339Nano"
    case rfc1123Z = "RFC1123Z"

    fileprivate var fractionDigits: Int {
      switch self {
      case .rfc3339Milli: 3
      case .rfc3339Micro: 6
      case .rfc3339Nano: 9
      default: 0
      }
    }
  }

  static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  static let weekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

  /// `time` in `format`.
  public static func text(_ time: Int64, _ format: Format = .rfc3339Milli) -> String {
    var bytes = OutputBuffer()
    write(time, format, to: &bytes)
    return String(decoding: bytes.bytes, as: UTF8.self)
  }

  /// Appends `time` in `format`; `N/A` when there is none.
  static func write(_ time: Int64?, _ format: Format, to bytes: inout OutputBuffer) {
    guard let time else { return bytes.append("N/A") }
    let civil = CivilTime(nanoseconds: time)
    switch format {
    case .stampMilli:
      bytes.append(months[civil.month - 1])
      bytes.append(civil.day < 10 ? "  " : " ")
      bytes.append(decimal: UInt64(civil.day))
      bytes.append(UInt8(ascii: " "))
      writeClock(civil, to: &bytes)
      bytes.append(UInt8(ascii: "."))
      bytes.append(decimal: UInt64(civil.nanosecond / 1_000_000), digits: 3)
      return
    case .rfc1123Z:
      bytes.append(weekdays[civil.weekday])
      bytes.append(", ")
      bytes.append(decimal: UInt64(civil.day), digits: 2)
      bytes.append(UInt8(ascii: " "))
      bytes.append(months[civil.month - 1])
      bytes.append(UInt8(ascii: " "))
      bytes.append(decimal: UInt64(civil.year), digits: 4)
      bytes.append(UInt8(ascii: " "))
      writeClock(civil, to: &bytes)
      bytes.append(" +0000")
      return
    case .yearMonthDay, .yearMonthDayHour, .yearMonthDayHourMinute, .rfc3339, .rfc3339Milli, .rfc3339Micro,
      .rfc3339Nano:
      writeDate(civil, to: &bytes)
    }
    switch format {
    case .yearMonthDay:
      return
    case .yearMonthDayHour:
      bytes.append(UInt8(ascii: "T"))
      bytes.append(decimal: UInt64(civil.hour), digits: 2)
    case .yearMonthDayHourMinute:
      bytes.append(UInt8(ascii: "T"))
      bytes.append(decimal: UInt64(civil.hour), digits: 2)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(decimal: UInt64(civil.minute), digits: 2)
    default:
      bytes.append(UInt8(ascii: "T"))
      writeClock(civil, to: &bytes)
      writeTrimmedFraction(civil.nanosecond, digits: format.fractionDigits, to: &bytes)
    }
    bytes.append(UInt8(ascii: "Z"))
  }

  /// Appends `time` as the JSON form of `google.protobuf.Timestamp`: RFC 3339 with 0, 3, 6 or 9 digits of fraction.
  static func writeProtobuf(_ time: Int64, to bytes: inout OutputBuffer) {
    let civil = CivilTime(nanoseconds: time)
    writeSecond(civil, to: &bytes)
    writeProtobufFraction(UInt64(civil.nanosecond), to: &bytes)
  }

  /// Appends date and time of day: `2006-01-02T15:04:05`.
  static func writeSecond(_ civil: CivilTime, to bytes: inout OutputBuffer) {
    writeDate(civil, to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    writeClock(civil, to: &bytes)
  }

  /// Appends the nanoseconds in as few groups of three digits as hold them, and `Z`.
  static func writeProtobufFraction(_ nanos: UInt64, to bytes: inout OutputBuffer) {
    if nanos != 0 {
      bytes.append(UInt8(ascii: "."))
      if nanos % 1000 != 0 {
        bytes.append(decimal: nanos, digits: 9)
      } else if nanos % 1_000_000 != 0 {
        bytes.append(decimal: nanos / 1000, digits: 6)
      } else {
        bytes.append(decimal: nanos / 1_000_000, digits: 3)
      }
    }
    bytes.append(UInt8(ascii: "Z"))
  }

  private static func writeDate(_ civil: CivilTime, to bytes: inout OutputBuffer) {
    bytes.append(decimal: UInt64(civil.year), digits: 4)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(decimal: UInt64(civil.month), digits: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(decimal: UInt64(civil.day), digits: 2)
  }

  private static func writeClock(_ civil: CivilTime, to bytes: inout OutputBuffer) {
    bytes.append(decimal: UInt64(civil.hour), digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(decimal: UInt64(civil.minute), digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(decimal: UInt64(civil.second), digits: 2)
  }

  /// Appends the first `digits` digits of the fraction without the zeros at its end.
  private static func writeTrimmedFraction(_ nanosecond: Int, digits: Int, to bytes: inout OutputBuffer) {
    guard digits > 0 else { return }
    let start = bytes.count
    bytes.append(UInt8(ascii: "."))
    bytes.append(decimal: UInt64(nanosecond), digits: 9)
    bytes.truncate(to: bytes.count - (9 - digits))
    while bytes.count > start, let last = bytes.last, last == UInt8(ascii: "0") || last == UInt8(ascii: ".") {
      bytes.removeLast()
      if last == UInt8(ascii: ".") { break }
    }
  }
}
