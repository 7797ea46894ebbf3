import Foundation
import Manifest
import Policy
import Testing

/// What is told about the policies of the seed articles, against what a careful reader found in them.
@Suite struct SeedFindingTests {
  private struct Expectations: Decodable {
    struct Finding: Decodable {
      var file: String
      var object: String
      var check: String
    }

    var findings: [Finding]
    var clean: [String]
  }

  /// Names of the list of expectations, where Weir's are others.
  private static let identifiers: [String: WarningIdentifier] = [
    "bad-value": .settingValue,
    "empty-section-no-deny": .emptySectionIgnored,
    "l7-on-tls": .httpOnTLSPort,
    "peer-matches-nothing": .peerSelectsNothing,
    "regex-glob": .httpPathGlob,
    "regex-no-query": .httpPathExact,
    "unknown-kind": .unknownAPI,
  ]

  /// Kinds and checks of the mesh's own configuration, which Weir does not read.
  private static let meshKinds: Set = [
    "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication", "DestinationRule",
  ]
  private static let meshChecks: Set = ["trust-domain"]

  private func diagnostics(_ file: String) -> [Diagnostic] {
    var paths = [file.hasPrefix("001") ? "lab/cluster.yaml" : "production/cluster.yaml", file]
    // The namespace of its policy is in a file of its own.
    if file.hasPrefix("000"), !file.hasSuffix("/namespace.yaml") { paths.append("000/namespace.yaml") }
    return Reading(paths.map(Seeds.path)).diagnostics.filter { $0.location?.file == Seeds.path(file) }
  }

  @Test func everyExpectedFindingIsReported() throws {
    guard Seeds.exist else { return }
    let expectations: Expectations = try Seeds.json("expected-lint.json")
    let wanted = expectations.findings.filter {
      !Self.meshKinds.contains(String($0.object.prefix { $0 != " " })) && !Self.meshChecks.contains($0.check)
    }
    var found: [String: [Diagnostic]] = [:]
    var reported = 0
    for finding in wanted {
      let told = found[finding.file] ?? diagnostics(finding.file)
      found[finding.file] = told
      let identifier = Self.identifiers[finding.check]?.rawValue ?? finding.check
      let isReported = told.contains { $0.identifier == identifier && $0.object.hasSuffix(finding.object) }
      #expect(isReported, "\(finding.file): \(finding.object): \(finding.check)")
      reported += isReported ? 1 : 0
    }
    print("seeds: \(reported) of \(wanted.count) expected findings")
  }

  @Test func cleanFilesBringNoWarning() throws {
    guard Seeds.exist else { return }
    let expectations: Expectations = try Seeds.json("expected-lint.json")
    for file in expectations.clean {
      // Some are objects that the cluster's dump holds as well.
      let told = diagnostics(file).filter {
        $0.severity > .note && $0.identifier != WarningIdentifier.repeatedObject.rawValue
      }
      #expect(told.isEmpty, "\(file): \(told.map(\.description))")
    }
  }

  @Test func aWorkingSetOfPoliciesBringsNoWarning() {
    guard Seeds.exist else { return }
    for validation in [.strict, .prune] as [Validation] {
      let told = Reading(["lab/cluster.yaml", "lab/policies"].map(Seeds.path), validation: validation).diagnostics
        .filter { $0.severity > .note }
      #expect(told.isEmpty, "\(told.map(\.description))")
    }
  }
}
