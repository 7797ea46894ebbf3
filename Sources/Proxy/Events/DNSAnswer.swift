public import Layer7

/// The answer to a query that the DNS proxy let through, from which the agent learns addresses.
public struct DNSAnswer: Sendable {
  /// Who asked: index into `Tables.endpoints`.
  public var endpoint: Int
  /// The query's name, lower-cased and with its final dot.
  public var name: String
  /// Capture time in nanoseconds.
  public var time: Int64
  public var message: DNSMessage
  /// Those that `message` was read from and refers to.
  public var bytes: [UInt8]
}
