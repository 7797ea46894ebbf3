/// The fields of a Kubernetes NetworkPolicy. What the API server checks beyond types is `NetworkPolicyAdmission`'s.
enum NetworkPolicySchema {
  static let object = MetadataSchema.kind([
    "spec": .object([
      "podSelector": selector, "policyTypes": .strings, "ingress": .list(of: rule("from")),
      "egress": .list(of: rule("to")),
    ])
  ])

  private static let selector = Schema.object([
    "matchLabels": .stringMap(StringSchema()),
    "matchExpressions": .list(of: .object(["key": .string, "operator": .string, "values": .strings])),
  ])

  private static func rule(_ peers: String) -> Schema {
    .object([
      peers: .list(
        of: .object([
          "podSelector": selector, "namespaceSelector": selector,
          "ipBlock": .object(["cidr": .string, "except": .strings]),
        ])),
      "ports": .list(
        of: .object([
          "protocol": .string, "port": .integerOrString(StringSchema()),
          "endPort": .integer(Int64(Int32.min)...Int64(Int32.max)),
        ])),
    ])
  }
}
