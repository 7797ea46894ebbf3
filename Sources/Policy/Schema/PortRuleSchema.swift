/// The schema of `toPorts` elements.
enum PortRuleSchema {
  static let allow = Schema.object([
    "ports": .list(of: port, count: 0...40), "terminatingTLS": tls, "originatingTLS": tls,
    "serverNames": .list(of: .string(format: .serverName), count: 1...Int.max, isSet: true),
    "listener": listener, "rules": rules,
  ])

  /// A deny rule has ports only, and no limit to their number.
  static let deny = Schema.object(["ports": .list(of: port)])

  /// An element of `toFQDNs` or `dns`.
  static let name = Schema.object(
    [
      "matchName": .string(format: .domainName, length: 0...255),
      "matchPattern": .string(format: .domainPattern, length: 0...255),
    ],
    exactlyOneOf: ["matchName", "matchPattern"])

  private static let port = Schema.object([
    "port": .string(format: .port), "endPort": .integer(0...65535),
    "protocol": .string(oneOf: ["TCP", "UDP", "SCTP", "VRRP", "IGMP", "ANY"]),
  ])

  private static let secret = Schema.object(["name": .string, "namespace": .string], required: ["name"])

  private static let tls = Schema.object(
    ["secret": secret, "trustedCA": .string, "certificate": .string, "privateKey": .string], required: ["secret"])

  private static let listener = Schema.object(
    [
      "envoyConfig": .object(
        [
          "kind": .string(oneOf: ["CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig"]),
          "name": .string(length: 1...Int.max),
        ],
        required: ["name"]),
      "name": .string(length: 1...Int.max), "priority": .integer(1...100),
    ],
    required: ["envoyConfig", "name"])

  private static let rules = Schema.object(
    [
      "http": .list(of: http), "kafka": .list(of: kafka), "dns": .list(of: name), "l7proto": .string,
      "l7": .list(of: .stringMap(StringSchema())),
    ],
    exactlyOneOf: ["http", "kafka", "dns", "l7proto"])

  /// `host` is declared with the format idn-hostname, which API servers do not know and therefore do not check.
  private static let http = Schema.object([
    "path": .string, "method": .string, "host": .string, "headers": .strings,
    "headerMatches": .list(
      of: .object(
        [
          "mismatch": .string(oneOf: ["LOG", "ADD", "DELETE", "REPLACE"]), "name": .string(length: 1...Int.max),
          "secret": secret, "value": .string,
        ],
        required: ["name"])),
  ])

  private static let kafka = Schema.object([
    "role": .string(oneOf: ["produce", "consume"]), "apiKey": .string, "apiVersion": .string, "clientID": .string,
    "topic": .string(length: 0...255),
  ])
}
