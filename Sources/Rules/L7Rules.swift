/// The L7 rules of one `toPorts` element: exactly one family. An empty list in the file means no L7 rules at all, except
/// for `proxylib`, where the parser's name alone redirects.
public enum L7Rules: Sendable, Hashable {
  case http([HTTPRule])
  case kafka([KafkaRule])
  case dns([DNSRule])
  case proxylib(parser: String, rules: [[String: String]])
}

public struct HTTPRule: Sendable, Hashable {
  public struct HeaderMatch: Sendable, Hashable {
    public enum Mismatch: String, Sendable { case log = "LOG", add = "ADD", delete = "DELETE", replace = "REPLACE" }

    public var mismatch: Mismatch?
    public var name: String
    public var secret: SecretReference?
    public var value: String

    public init(mismatch: Mismatch?, name: String, secret: SecretReference?, value: String) {
      self.mismatch = mismatch
      self.name = name
      self.secret = secret
      self.value = value
    }
  }

  public var path = ""
  public var method = ""
  public var host = ""
  public var headers: [String] = []
  public var headerMatches: [HeaderMatch] = []

  public init() {}
}

public struct KafkaRule: Sendable, Hashable {
  public var role = ""
  public var apiKey = ""
  public var apiVersion = ""
  public var clientID = ""
  public var topic = ""

  public init() {}
}

public struct DNSRule: Sendable, Hashable {
  public var matchName: String
  public var matchPattern: String

  public init(matchName: String, matchPattern: String) {
    self.matchName = matchName
    self.matchPattern = matchPattern
  }
}

public struct SecretReference: Sendable, Hashable {
  public var namespace: String
  public var name: String

  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }
}

public struct TLSContext: Sendable, Hashable {
  public var secret: SecretReference
  public var trustedCA = ""
  public var certificate = ""
  public var privateKey = ""

  public init(secret: SecretReference) {
    self.secret = secret
  }
}

/// A CiliumEnvoyConfig listener to redirect to (§7.4).
public struct Listener: Sendable, Hashable {
  /// `CiliumEnvoyConfig`, `CiliumClusterwideEnvoyConfig` or empty (the former).
  public var configKind: String
  public var configName: String
  public var name: String
  /// 1…100; 0 when not given.
  public var priority: Int

  public init(configKind: String, configName: String, name: String, priority: Int) {
    self.configKind = configKind
    self.configName = configName
    self.name = name
    self.priority = priority
  }
}
