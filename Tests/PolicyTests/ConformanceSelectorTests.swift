import Cluster
import Foundation
import Policy
import Rules
import Testing

/// The selectors themselves: the cases print every label selector of their merged filters as Cilium stores it, after
/// conversion, namespacing and entity expansion.
@Suite struct ConformanceSelectorTests {
  @Test func everySelectorOfTheEngineIsOneOfOurs() throws {
    var missing: [String] = []
    var count = 0
    for conformance in try ConformanceCase.all() where !Self.isRewrittenLater(conformance) {
      var ours: Set<String> = []
      for policy in conformance.policies {
        let reader = PolicyReader(settings: policy.settings, validation: .agent, compatibility: .snapshot)
        for case .labels(let selector) in reader.read(policy.object).entries.flatMap({ $0.peers ?? [] }) {
          ours.insert(Self.printed(selector))
        }
      }
      for selector in conformance.labelSelectors where !Self.isMadeByTheEngine(selector) {
        count += 1
        if !ours.contains(selector) { missing.append("\(conformance.name): \(selector)") }
      }
    }
    print("selectors: \(count - missing.count) of \(count) agree")
    #expect(missing.isEmpty, "\(missing.prefix(12).joined(separator: "\n"))")
  }

  /// Every merged filter's direction, protocol and ports come from one of our port rules.
  @Test func everyFilterOfTheEngineIsOneOfOurs() throws {
    var missing: [String] = []
    var count = 0
    for conformance in try ConformanceCase.all() {
      var ours: Set<String> = ["ingress ANY 0-0", "egress ANY 0-0"]
      for policy in conformance.policies {
        let reader = PolicyReader(settings: policy.settings, validation: .agent, compatibility: .snapshot)
        for entry in reader.read(policy.object).entries {
          for port in entry.ports.flatMap(\.ports) { ours.formUnion(Self.filterKeys(entry.direction, port)) }
        }
      }
      for filter in conformance.filterKeys {
        count += 1
        if !ours.contains(filter) { missing.append("\(conformance.name): \(filter)") }
      }
    }
    print("filters: \(count - missing.count) of \(count) agree")
    #expect(missing.isEmpty, "\(missing.prefix(12).joined(separator: "\n"))")
  }

  private static func filterKeys(_ direction: Direction, _ port: PortProtocol) -> [String] {
    let protocols: [L4Protocol] = port.protocol == .any ? [.tcp, .udp, .sctp] : [port.protocol]
    return protocols.map { name in
      switch port.port {
      case .number(let number): "\(direction) \(name.name) \(number)-\(port.endPort)"
      case .name(let text): "\(direction) \(name.name) \(text)-\(port.endPort)"
      }
    }
  }

  /// Requirements and services become part of the selectors where identities and services are known.
  private static func isRewrittenLater(_ conformance: ConformanceCase) -> Bool {
    conformance.text.contains("Requires:") || conformance.text.contains("toServices:")
  }

  /// The wildcard and the host also come from default rules; CIDR peers, with the world for /0, are no label selectors
  /// here.
  private static func isMadeByTheEngine(_ selector: String) -> Bool {
    let isWildcard = selector.contains("map[string]string{}") && !selector.contains("Key:")
    return isWildcard || selector.contains("cidr") || selector.contains("{reserved.host: ,}")
      || selector.contains("reserved.world")
  }

  private static func printed(_ selector: LabelSelector) -> String {
    let labels = selector.requirements.filter { $0.operator == .equals }
      .map { "\($0.extendedKey): \($0.values.first ?? "")," }.joined()
    let expressions = selector.requirements.filter { $0.operator != .equals }
      .map { requirement in
        "LabelSelectorRequirement{Key:\(requirement.extendedKey),Operator:\(requirement.operator.rawValue),"
          + "Values:[\(requirement.values.joined(separator: " "))],},"
      }.joined()
    return "&LabelSelector{MatchLabels:map[string]string{\(labels)},"
      + "MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}"
  }
}
