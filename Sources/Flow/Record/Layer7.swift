extension Flow {
  /// An L7 message as a proxy logged it.
  public struct Layer7: Sendable, Hashable {
    public enum MessageType: Int32, ProtobufEnum {
      case unknown = 0
      case request
      case response
      case sample

      public var protobufName: String {
        switch self {
        case .unknown: "UNKNOWN_L7_TYPE"
        case .request: "REQUEST"
        case .response: "RESPONSE"
        case .sample: "SAMPLE"
        }
      }

      /// As the printers write it.
      var text: StaticString {
        switch self {
        case .unknown: "unknown_l7_type"
        case .request: "request"
        case .response: "response"
        case .sample: "sample"
        }
      }
    }

    public enum Record: Sendable, Hashable {
      /// Nothing that the protocol has a record for, such as a TLS server name.
      case none
      indirect case dns(DNS)
      indirect case http(HTTP)
      indirect case kafka(Kafka)
    }

    public var type: MessageType
    /// Of the response; 0 when unknown.
    public var latencyNanoseconds: UInt64
    public var record: Record

    public init(type: MessageType, latencyNanoseconds: UInt64 = 0, record: Record = .none) {
      self.type = type
      self.latencyNanoseconds = latencyNanoseconds
      self.record = record
    }
  }

  /// A DNS query or answer. Names keep their final dot.
  public struct DNS: Sendable, Hashable {
    public var query: String
    public var addresses: [String]
    public var ttl: UInt32
    public var cnames: [String]
    /// `proxy` where a DNS proxy saw it.
    public var observationSource: String
    public var rcode: UInt32
    public var queryTypes: [String]
    public var resourceRecordTypes: [String]

    public init(
      query: String, addresses: [String] = [], ttl: UInt32 = 0, cnames: [String] = [],
      observationSource: String = "proxy", rcode: UInt32 = 0, queryTypes: [String] = [],
      resourceRecordTypes: [String] = []
    ) {
      self.query = query
      self.addresses = addresses
      self.ttl = ttl
      self.cnames = cnames
      self.observationSource = observationSource
      self.rcode = rcode
      self.queryTypes = queryTypes
      self.resourceRecordTypes = resourceRecordTypes
    }
  }

  /// An HTTP request, or the response to it.
  public struct HTTP: Sendable, Hashable {
    public struct Header: Sendable, Hashable {
      public var key: String
      public var value: String

      public init(key: String, value: String) {
        self.key = key
        self.value = value
      }
    }

    /// The status; 0 on requests.
    public var code: UInt32
    public var method: String
    /// Absolute: scheme, host and path.
    public var url: String
    /// `HTTP/1.1`, `HTTP/2`…
    public var version: String
    /// Sorted by key.
    public var headers: [Header]

    public init(code: UInt32 = 0, method: String, url: String, version: String, headers: [Header] = []) {
      self.code = code
      self.method = method
      self.url = url
      self.version = version
      self.headers = headers
    }
  }

  /// A Kafka request, or the response to it.
  public struct Kafka: Sendable, Hashable {
    public var errorCode: Int32
    public var apiVersion: Int32
    /// `produce`, `fetch`…
    public var apiKey: String
    public var correlationID: Int32
    public var topic: String

    public init(
      errorCode: Int32 = 0, apiVersion: Int32 = 0, apiKey: String, correlationID: Int32 = 0, topic: String = ""
    ) {
      self.errorCode = errorCode
      self.apiVersion = apiVersion
      self.apiKey = apiKey
      self.correlationID = correlationID
      self.topic = topic
    }
  }
}
