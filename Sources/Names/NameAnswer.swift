public import Addresses
public import Layer7

/// What an answer of a DNS server says of a name.
public struct NameAnswer: Sendable, Equatable {
  /// Who asked: index into `Tables.endpoints`.
  public var endpoint: Int
  /// The name that was asked for, lower-cased and with its final dot.
  public var name: String
  /// Without repeats, in the order of the answer.
  public var addresses: [IPAddress]
  /// In seconds: the shortest of the addresses and of the aliases on the way to them.
  public var timeToLive: UInt32
  /// Capture time in nanoseconds.
  public var time: Int64

  public init(endpoint: Int, name: String, addresses: [IPAddress], timeToLive: UInt32, time: Int64) {
    self.endpoint = endpoint
    self.name = name
    self.addresses = addresses
    self.timeToLive = timeToLive
    self.time = time
  }

  /// nil for an answer from which nothing is learnt: an error, or one without addresses.
  ///
  /// - Parameter bytes: those that the message was read from.
  public init?(_ message: DNSMessage, to name: String, in bytes: RawSpan, endpoint: Int, time: Int64) {
    guard message.isResponse, message.responseCode == 0 else { return nil }
    self.init(endpoint: endpoint, name: name, addresses: [], timeToLive: .max, time: time)
    var known: Set<IPAddress> = []
    for record in message.records where record.section == .answer {
      switch record.type {
      case DNSRecordType.a, DNSRecordType.aaaa:
        guard let address = record.address(in: bytes) else { continue }
        if known.insert(address).inserted { addresses.append(address) }
      case DNSRecordType.canonicalName: break
      default: continue
      }
      timeToLive = min(timeToLive, record.timeToLive)
    }
    guard !addresses.isEmpty else { return nil }
  }
}
