/// The schema of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.
struct CiliumPolicySchema: Sendable {
  /// The October 2025 snapshot, where `fromRequires` and `toRequires` still work.
  static let snapshot = CiliumPolicySchema(allowsRequires: true).object
  /// The 1.19 release, where they must be empty.
  static let release = CiliumPolicySchema(allowsRequires: false).object

  private let allowsRequires: Bool
  private let selector = SelectorSchema.selector(checksValues: true)
  private let entities = [
    "all", "world", "cluster", "host", "init", "ingress", "unmanaged", "remote-node", "health", "none",
    "kube-apiserver",
  ]

  private init(allowsRequires: Bool) {
    self.allowsRequires = allowsRequires
  }

  private var object: Schema {
    MetadataSchema.kind(["spec": rule, "specs": .list(of: rule)])
  }

  private var rule: Schema {
    .object(
      [
        "endpointSelector": selector, "nodeSelector": selector,
        "ingress": .list(of: element("from", PortRuleSchema.allow, allowFields)),
        "ingressDeny": .list(of: element("from", PortRuleSchema.deny, [:])),
        "egress": .list(of: element("to", PortRuleSchema.allow, allowFields.merging(egressAllowFields) { $1 })),
        "egressDeny": .list(of: element("to", PortRuleSchema.deny, ["toServices": services])),
        "enableDefaultDeny": .object(["ingress": .boolean, "egress": .boolean]),
        "description": .string,
        "labels": .list(
          of: .object(["key": .string, "source": .string, "value": .string, "cidr": .anything], required: ["key"])),
        "log": .object(["value": .string(format: .printable, length: 0...32)]),
      ],
      exactlyOneOf: ["endpointSelector", "nodeSelector"],
      anyOf: ["ingress", "ingressDeny", "egress", "egressDeny"])
  }

  /// What ingress and egress, allow and deny elements share.
  private func element(_ prefix: String, _ port: Schema, _ more: [String: Schema]) -> Schema {
    let fields: [String: Schema] = [
      "\(prefix)Endpoints": .list(of: selector),
      "\(prefix)Requires": .list(of: selector, count: allowsRequires ? 0...Int.max : 0...0),
      "\(prefix)Nodes": .list(of: selector),
      "\(prefix)CIDR": .list(of: .string(format: .cidr)),
      "\(prefix)CIDRSet": .list(of: cidrSet),
      "\(prefix)Entities": .list(of: .string(oneOf: entities)),
      "\(prefix)Groups": .list(of: group),
      "toPorts": .list(of: port),
      "icmps": .list(of: .object(["fields": .list(of: icmpField, count: 0...40)])),
    ]
    return .object(fields.merging(more) { $1 })
  }

  private var allowFields: [String: Schema] {
    [
      "authentication": .object(
        ["mode": .string(oneOf: ["disabled", "required", "test-always-fail"])], required: ["mode"])
    ]
  }

  private var egressAllowFields: [String: Schema] {
    ["toServices": services, "toFQDNs": .list(of: PortRuleSchema.name)]
  }

  private var cidrSet: Schema {
    .object(
      [
        "cidr": .string(format: .cidr), "cidrGroupRef": .string(format: .subdomain, length: 0...253),
        "cidrGroupSelector": selector, "except": .list(of: .string(format: .cidr)),
      ],
      exactlyOneOf: ["cidr", "cidrGroupRef", "cidrGroupSelector"])
  }

  private var group: Schema {
    .object([
      "aws": .object([
        "labels": .stringMap(StringSchema()), "region": .string, "securityGroupsIds": .strings,
        "securityGroupsNames": .strings,
      ])
    ])
  }

  private var services: Schema {
    .list(
      of: .object([
        "k8sService": .object(["serviceName": .string, "namespace": .string]),
        "k8sServiceSelector": .object(["selector": selector, "namespace": .string], required: ["selector"]),
      ]))
  }

  private var icmpField: Schema {
    .object(
      [
        "family": .string(oneOf: ["IPv4", "IPv6"]),
        "type": .integerOrString(StringSchema(format: .icmpType)),
      ],
      required: ["type"])
  }
}
