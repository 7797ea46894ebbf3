import Cluster
import Foundation
import Policy
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
