/// Moments of a capture, in nanoseconds since 1970.
enum CaptureTime {
  /// Seconds with nine decimals: no floating-point number holds them all.
  static func text(_ timestamp: Int64) -> String {
    let fraction = String(timestamp.magnitude % 1_000_000_000)
    let sign = timestamp < 0 ? "-" : ""
    return "\(sign)\(timestamp.magnitude / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count)
      + fraction
  }
}
