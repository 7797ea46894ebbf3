/// Which requests a connection's responses answer: a response names only its request's number.
public struct KafkaExchanges: Sendable {
  struct Request: Sendable {
    var correlationID: Int32
    var apiKey: Int16
    var apiVersion: Int16
  }

  /// Unanswered requests remembered; the oldest is forgotten first.
  public static let maximumUnanswered = 1_024

  private var unanswered: [Request] = []

  public init() {}

  mutating func sent(_ request: KafkaRequest) {
    if unanswered.count == Self.maximumUnanswered { unanswered.removeFirst(Self.maximumUnanswered / 2) }
    unanswered.append(
      Request(correlationID: request.correlationID, apiKey: request.apiKey, apiVersion: request.apiVersion))
  }

  /// Brokers answer in order, but requests that want no answer (acks = 0) leave gaps.
  mutating func answered(_ correlationID: Int32) -> Request? {
    guard let index = unanswered.firstIndex(where: { $0.correlationID == correlationID }) else { return nil }
    return unanswered.remove(at: index)
  }
}
