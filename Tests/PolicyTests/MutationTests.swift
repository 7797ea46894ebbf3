import Cluster
import Manifest
import Policy
import Testing

/// Policies with random damage: nothing crashes, and each kind of validation only adds refusals to the one before.
@Suite struct MutationTests {
  @Test(arguments: 0..<8)
  func stricterValidationOnlyAddsRefusals(_ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for yaml in Self.policies {
      let object = try #require(objects(yaml).first)
      for _ in 0..<60 {
        var damaged = object
        for _ in 0...Int.random(in: 0..<3, using: &random) { damaged.value = mutate(damaged.value, &random) }
        for compatibility in Compatibility.allCases {
          let accepted = [Validation.strict, .prune, .agent].map { validation in
            let reader = PolicyReader(settings: Settings(), validation: validation, compatibility: compatibility)
            let policy = reader.read(damaged)
            #expect(policy.isAccepted || policy.entries.isEmpty)
            return policy.isAccepted
          }
          #expect(!accepted[0] || accepted[1])
          #expect(!accepted[1] || accepted[2])
        }
      }
    }
  }

  private static let policies = [
    cnp(
      """
      endpointSelector: {matchLabels: {app: a}, matchExpressions: [{key: b, operator: In, values: [c]}]}
      ingress:
      - fromEndpoints: [{matchLabels: {app: b}}]
        toPorts: [{ports: [{port: "80", protocol: TCP, endPort: 90}], rules: {http: [{path: /a, headers: ["X: 1"]}]}}]
      - fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}, {cidrGroupRef: g}]
        authentication: {mode: required}
      - icmps: [{fields: [{type: EchoRequest, family: IPv6}, {type: 8}]}]
      ingressDeny: [{fromEntities: [world], toPorts: [{ports: [{port: "22"}]}]}]
      egress:
      - toFQDNs: [{matchName: a.b}, {matchPattern: "*.b"}]
        toPorts: [{ports: [{port: "443", protocol: TCP}], serverNames: [a.b], terminatingTLS: {secret: {name: s}}}]
      - toPorts: [{ports: [{port: "53"}], rules: {dns: [{matchPattern: "*"}]}}]
      - toServices: [{k8sService: {serviceName: s}}, {k8sServiceSelector: {selector: {matchLabels: {a: b}}}}]
      - toPorts: [{ports: [{port: "9092", protocol: TCP}], rules: {kafka: [{role: produce, topic: t}]}}]
      - toPorts: [{ports: [{port: "1", protocol: TCP}], listener: {name: l, priority: 5, envoyConfig: {name: e}}}]
      enableDefaultDeny: {ingress: true, egress: false}
      log: {value: x}
      """),
    knp(
      """
      podSelector: {matchLabels: {app: a}}
      policyTypes: [Ingress, Egress]
      ingress:
      - from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {a: b}}}, {ipBlock: {cidr: 10.0.0.0/8}}]
        ports: [{port: 80, endPort: 90}, {port: dns, protocol: UDP}]
      egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]
      """),
  ]

  private func mutate(_ value: Value, _ random: inout SplitMix) -> Value {
    switch value.content {
    case .map(var members) where !members.isEmpty && Int.random(in: 0..<12, using: &random) > 0:
      let index = Int.random(in: members.indices, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0: members.remove(at: index)
      case 1: members[index].key += "s"
      case 2: members.append(members[index])
      default: members[index].value = mutate(members[index].value, &random)
      }
      return Value(.map(members), at: value.position)
    case .list(var elements) where !elements.isEmpty && Int.random(in: 0..<12, using: &random) > 0:
      let index = Int.random(in: elements.indices, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0: elements.remove(at: index)
      case 1: elements.append(elements[index])
      default: elements[index] = mutate(elements[index], &random)
      }
      return Value(.list(elements), at: value.position)
    default:
      let contents: [Value.Content] = [
        .null, .boolean(true), .integer(-1), .integer(.max), .number(0.5), .number(1e300), .string(""), .string("*"),
        .string("a.b"), .string("10.0.0.0/8"), .string("::/0"), .string(String(repeating: "é", count: 300)), .list([]),
        .map([]), .list([Value(.null)]),
      ]
      return Value(contents[Int.random(in: contents.indices, using: &random)], at: value.position)
    }
  }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
