/// Metrics in Prometheus' text format (version 0.0.4).
public struct PrometheusText: ~Copyable {
  public enum Kind: String, Sendable {
    case counter
    case gauge
  }

  private var buffer = OutputBuffer(capacity: 4096)
  private var family = ""

  /// The media type to serve it as.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  public init() {}

  public var bytes: [UInt8] { buffer.bytes }

  /// Begins a family of samples.
  public mutating func family(_ name: String, _ kind: Kind, help: String) {
    family = name
    buffer.append(text: "# HELP \(name) ")
    for byte in help.utf8 { append(escaped: byte, quotes: false) }
    buffer.append(text: "\n# TYPE \(name) \(kind.rawValue)\n")
  }

  /// Adds a sample to the family begun last.
  public mutating func sample(_ labels: [(name: String, value: String)], _ value: UInt64) {
    buffer.append(text: family)
    for (index, label) in labels.enumerated() {
      buffer.append(text: index == 0 ? "{" : ",")
      buffer.append(text: label.name)
      buffer.append(text: "=\"")
      for byte in label.value.utf8 { append(escaped: byte, quotes: true) }
      buffer.append(UInt8(ascii: "\""))
    }
    buffer.append(text: labels.isEmpty ? " \(value)\n" : "} \(value)\n")
  }

  private mutating func append(escaped byte: UInt8, quotes: Bool) {
    switch byte {
    case UInt8(ascii: "\\"): buffer.append(text: "\\\\")
    case UInt8(ascii: "\n"): buffer.append(text: "\\n")
    case UInt8(ascii: "\"") where quotes: buffer.append(text: "\\\"")
    default: buffer.append(byte)
    }
  }
}
