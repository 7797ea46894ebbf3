import Addresses
import Layer7

extension DNSContent {
  /// SERVFAIL, which the proxy answers where it cannot make use of an answer.
  private static let serverFailure = 2

  static func typeName(_ type: UInt16) -> String { DNSRecordType.name(type) ?? "TYPE\(type)" }

  /// What the agent reads from an answer: the chain of names from the question on, and the addresses at its end. nil for
  /// records of other names, which it refuses.
  init?(answer message: DNSMessage, to name: String, in bytes: RawSpan) {
    self.init(query: name, types: message.questions.map { Self.typeName($0.type) })
    code = message.responseCode
    var expected = name
    // Without a record there is no lifetime, and Cilium writes the greatest number.
    timeToLive = .max
    for record in message.records where record.section == .answer {
      guard DNSMessage.policyName(in: bytes, at: record.name) == expected else { return nil }
      recordTypes.append(Self.typeName(record.type))
      switch record.type {
      case DNSRecordType.a, DNSRecordType.aaaa:
        guard let address = record.address(in: bytes) else { return nil }
        addresses.append(address.description)
      case DNSRecordType.canonicalName:
        guard let target = DNSMessage.policyName(in: bytes, at: Int(record.data.start)) else { return nil }
        aliases.append(target)
        expected = target
      default:
        continue
      }
      timeToLive = min(timeToLive, record.timeToLive)
    }
  }

  /// The proxy's own answer instead of one that it cannot use.
  init(failed message: DNSMessage, _ name: String) {
    self.init(query: name, types: message.questions.map { Self.typeName($0.type) })
    code = Self.serverFailure
  }
}
