import Addresses
import Cluster
import Manifest
import Policy
import Testing

/// The CRD's schema (`cilium-policy.md` §1.4) and the three kinds of validation.
@Suite struct SchemaTests {
  @Test(arguments: [
    ("{endpointSelector: {}, ingress: [{fromCIDR: [10.0.0.1]}]}", "spec.ingress[0].fromCIDR[0]", "cidr"),
    (
      "{endpointSelector: {}, ingress: [{fromEntities: [world-ipv4]}]}", "spec.ingress[0].fromEntities[0]",
      "Unsupported"
    ),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"1\", protocol: tcp}]}]}]}",
      "spec.ingress[0].toPorts[0].ports[0].protocol", "Unsupported value: \"tcp\""
    ),
    ("{endpointSelector: {}, egress: [{toFQDNs: [{}]}]}", "spec.egress[0].toFQDNs[0]", "oneOf"),
    (
      "{endpointSelector: {}, ingress: [{authentication: {mode: maybe}}]}", "spec.ingress[0].authentication.mode",
      "Unsupported"
    ),
    (
      "{endpointSelector: {}, ingress: [{authentication: {}}]}", "spec.ingress[0].authentication.mode", "Required value"
    ),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"1\"}], rules: {}}]}]}",
      "spec.ingress[0].toPorts[0].rules", "oneOf"
    ),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"1\", endPort: -1}]}]}]}",
      "spec.ingress[0].toPorts[0].ports[0].endPort", "Invalid value: -1"
    ),
    (
      "{endpointSelector: {}, egress: [{toPorts: [{ports: [{port: \"1\"}], serverNames: []}]}]}",
      "spec.egress[0].toPorts[0].serverNames", "Too few"
    ),
    (
      "{endpointSelector: {}, egress: [{toPorts: [{ports: [{port: \"1\"}], serverNames: [a.b, a.b]}]}]}",
      "spec.egress[0].toPorts[0].serverNames[1]", "Duplicate"
    ),
    (
      "{endpointSelector: {}, egress: [{toPorts: [{ports: [{port: \"1\"}], serverNames: [\"***.b\"]}]}]}",
      "spec.egress[0].toPorts[0].serverNames[0]", "Invalid value"
    ),
    (
      "{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: ExtendedEchoReply}]}]}]}",
      "spec.ingress[0].icmps[0].fields[0].type", "Invalid value"
    ),
    ("{endpointSelector: {}, ingress: [{}], egress: null}", "spec.egress", "must be of type array"),
    (
      "{endpointSelector: {}, ingress: [{}], log: {value: 0123456789012345678901234567890123}}", "spec.log.value",
      "string"
    ),
  ])
  func onlyTheSchemaRefuses(_ rule: String, _ path: String, _ reason: String) throws {
    for validation in [Validation.strict, .prune] {
      let message = try readPolicy(cnp(rule), validation: validation).error?.message ?? "accepted"
      #expect(message.hasPrefix("\(path): ") && message.contains(reason), "\(validation): \(message)")
    }
  }

  @Test func findingsAreWarningsForTheAgent() throws {
    let policy = try readPolicy(cnp("{endpointSelector: {}, ingress: [{fromCIDR: [10.0.0.1]}]}"))
    #expect(policy.isAccepted)
    #expect(policy.warnings.map(\.identifier) == ["schema-violation"])
  }

  @Test func unknownFieldsAreRefusedOrDropped() throws {
    let yaml = ingress("{fromEndpoint: [{}]}")
    let strict = try #require(try readPolicy(yaml, validation: .strict, compatibility: .release).error)
    #expect(strict.message == "spec.ingress[0].fromEndpoint: unknown field \"fromEndpoint\"")
    #expect(strict.hint?.contains("did you mean fromEndpoints?") == true)
    for validation in [Validation.prune, .agent] {
      let policy = try readPolicy(yaml, validation: validation)
      #expect(policy.entries.first?.peers == [])
      #expect(policy.warnings.first?.identifier == "unknown-field")
    }
  }

  /// The snapshot's data hold what Cilium's own object check says, which looks at scalars only.
  @Test func theSnapshotKnowsFieldsByTheirScalars() throws {
    let unseen = try readPolicy(ingress("{fromEndpoint: [{}]}"), validation: .strict)
    #expect(unseen.isAccepted)
    #expect(unseen.warnings.first?.identifier == "unknown-field")
    let seen = try readPolicy(ingress("{fromEndpoint: [{matchLabels: {a: b}}]}"), validation: .strict)
    #expect(seen.error?.message == "spec.ingress[0].fromEndpoint: unknown field \"fromEndpoint\"")
    let empty = cnp("endpointSelector: {}\ndescription: ''\ningress: [{}]")
    #expect(try readPolicy(empty, validation: .strict).error?.message.contains("description") == true)
    for validation in [Validation.prune, .agent] {
      #expect(try !readPolicy(empty, validation: validation).warnings.contains { $0.identifier == "unknown-field" })
    }
    #expect(try readPolicy(empty, validation: .strict, compatibility: .release).isAccepted)
  }

  /// What is lost with an unknown field: rows 15 to 20 of §15.
  @Test(arguments: [
    (
      "{endpointSelector: {}, ingressDeny: [{toPorts: [{ports: [{port: \"80\"}], rules: {http: [{path: /a}]}}]}]}",
      "denies the whole port"
    ),
    (
      "{endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}], toPorts: [{ports: [{port: \"80\"}]}]}]}",
      "denies these ports for everyone"
    ),
    ("{endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}]}]}", "denies nothing, but switches egress"),
    ("{endpointSelector: {}, ingressDeny: [{authentication: {mode: required}}]}", "no authentication"),
    ("{endpointSelector: {}, egress: [{action: Deny, toEntities: [world]}]}", "a rule that allows"),
    ("{endpointSelector: {}, ingress: [{toPort: [{ports: [{port: \"80\"}]}]}]}", "all ports and protocols"),
    ("{endpointSelector: {}, ingress: [{termination: x}]}", "no effect"),
    ("{endpointSelector: {matchlabels: {a: b}}, ingress: [{}]}", "selects everything"),
  ])
  func lossesAreExplained(_ rule: String, _ loss: String) throws {
    let warning = try #require(try readPolicy(cnp(rule), validation: .prune).warnings.first)
    #expect(warning.identifier == "unknown-field")
    #expect(warning.message.contains(loss), "\(warning.message)")
  }

  @Test(
    arguments: [
      ("port: 80", "\"80\""), ("port: yes", "quotes"), ("port: [a]", nil),
      ("endPort: \"90\", port: \"80\"", "without quotes"),
    ] as [(String, String?)])
  func wrongTypesAreDecodeErrors(_ port: String, _ hint: String?) throws {
    let error = try #require(try readPolicy(ingress("{toPorts: [{ports: [{\(port)}]}]}")).error)
    #expect(error.message.contains("cannot unmarshal"))
    if let hint { #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "no hint")") }
  }

  @Test func headerObjectsAreRefusedWithAHint() throws {
    let yaml = ingress(
      "{toPorts: [{ports: [{port: \"1\", protocol: TCP}], rules: {http: [{headers: [{name: X, value: y}]}]}}]}")
    let error = try #require(try readPolicy(yaml).error)
    #expect(error.message.hasPrefix("spec.ingress[0].toPorts[0].rules.http[0].headers[0]: cannot unmarshal map"))
    #expect(error.hint?.contains("headerMatches") == true)
  }

  @Test func keysAreCaseSensitive() throws {
    let policy = try readPolicy(ingress("{fromendpoints: [{}]}"))
    #expect(policy.entries.first?.peers == [])
    #expect(policy.warnings.first?.hint == "did you mean fromEndpoints?")
  }

  @Test func theHeadIsChecked() throws {
    #expect(
      try readPolicy("{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {}, spec: {}}").error?
        .message.contains("must have name") == true)
    let version =
      "{apiVersion: cilium.io/v1, kind: CiliumNetworkPolicy, metadata: {name: a}, "
      + "spec: {endpointSelector: {}, ingress: [{}]}}"
    #expect(try !readPolicy(version, validation: .strict).isAccepted)
    #expect(try readPolicy(version).isAccepted)
  }

  @Test func aHostileObjectHasBoundedFindings() throws {
    let fields = (0..<5000).map { "unknown\($0): 1" }.joined(separator: ", ")
    let policy = try readPolicy(ingress("{\(fields)}"))
    #expect(policy.isAccepted && policy.warnings.count < 110)
  }

  @Test func cidrGroups() throws {
    let yaml = """
      apiVersion: cilium.io/v2
      kind: CiliumCIDRGroup
      metadata: {name: g, labels: {role: x}}
      spec: {externalCIDRs: [10.0.0.0/8, nonsense, "fd00::/8"]}
      """
    let object = try #require(objects(yaml).first)
    let agent = PolicyReader(settings: Settings(), validation: .agent, compatibility: .release)
    let (group, diagnostics) = agent.readCIDRGroup(object)
    #expect(group?.prefixes.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
    #expect(group?.labels == ["role": "x"])
    #expect(diagnostics.map(\.identifier).contains("cidr-group-prefix-skipped"))
    let strict = PolicyReader(settings: Settings(), validation: .strict, compatibility: .release)
    #expect(strict.readCIDRGroup(object).0 == nil)
    #expect(strict.readCIDRGroup(object).1.map(\.severity) == [.error])
  }
}
