import Layer7

extension StreamProtocol {
  /// What the other direction speaks.
  var answer: StreamProtocol {
    switch self {
    case .kafkaClient: .kafkaBroker
    case .kafkaBroker: .kafkaClient
    case .tls, .http1, .http2, .dns: self
    }
  }
}
