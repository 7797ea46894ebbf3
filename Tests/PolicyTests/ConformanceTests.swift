import Cluster
import Foundation
import Manifest
import Policy
import Testing

/// Acceptance of the policies of the conformance cases, which Cilium's own engine computed. The cases lie beside the
/// package and are not part of it; without them the tests pass with a note.
@Suite struct ConformanceTests {
  /// Under `--validate agent` exactly those are accepted that the engine accepts.
  @Test func agentAcceptsWhatTheEngineAccepts() throws {
    var wrong: [String] = []
    var count = 0
    for policy in try Self.policies() {
      count += 1
      let read = Self.read(policy, validation: .agent)
      guard read.isAccepted != policy.isAccepted else { continue }
      wrong.append("\(policy.title): \(policy.error ?? "accepted"); read: \(read.error?.message ?? "accepted")")
    }
    print("agent: \(count - wrong.count) of \(count) policies agree")
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
  }

  /// Where the agent accepts, it makes as many entries as the engine does.
  @Test func entryCountsAgree() throws {
    for policy in try Self.policies() where policy.isAccepted {
      let read = Self.read(policy, validation: .agent)
      #expect(read.entries.count == policy.entryCount, "\(policy.title)")
    }
  }

  /// Under `--validate strict` the schema's objections count too.
  @Test func strictAddsTheSchema() throws {
    var wrong: [String] = []
    var count = 0
    for policy in try Self.policies() where Self.schemaVerdictIsKnown(policy) {
      count += 1
      let read = Self.read(policy, validation: .strict)
      guard read.isAccepted != (policy.isAccepted && policy.schemaError.isEmpty) else { continue }
      wrong.append("\(policy.title): \(policy.schemaError); read: \(read.error?.message ?? "accepted")")
    }
    print("strict: \(count - wrong.count) of \(count) policies agree")
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
  }

  /// The cases' schema verdict comes from Cilium's own check, which is not quite an API server's: it looks at no
  /// NetworkPolicy, it finds an unknown field only by the scalars inside it, and it takes an empty string for unknown.
  private static let otherThanAPIServer: Set<String> = [
    "v-k-bad-cidr", "v-k-bad-op", "v-k-endport-lower", "v-unknown-field", "v-deny-l7", "ex-host-demo-host-policy",
  ]

  private static func schemaVerdictIsKnown(_ policy: CasePolicy) -> Bool {
    !policy.schemaError.contains("extra:[]") && !otherThanAPIServer.contains(policy.caseName)
  }

  private static func read(_ policy: CasePolicy, validation: Validation) -> PolicyObject {
    PolicyReader(settings: policy.settings, validation: validation, compatibility: .snapshot).read(policy.object)
  }

  private static func policies() throws -> [CasePolicy] { try ConformanceCase.all().flatMap(\.policies) }
}

/// A conformance case: its policies, and the label selectors that Cilium made of them.
struct ConformanceCase {
  var name: String
  var text: String
  var policies: [CasePolicy]
  var labelSelectors: Set<String>
  /// `ingress TCP 80-90` and the like.
  var filterKeys: Set<String>

  static func all() throws -> [ConformanceCase] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let cases = root.deletingLastPathComponent().appending(path: "shared/conformance/policy")
    var result: [ConformanceCase] = []
    for folder in ["validation", "yaml", "random"] {
      let directory = cases.appending(path: folder)
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path()) else {
        print("skipped: no conformance cases in \(folder)")
        continue
      }
      for name in names.sorted() where name.hasSuffix(".json") {
        result.append(try read(directory.appending(path: name)))
      }
    }
    return result
  }

  private static func read(_ file: URL) throws -> ConformanceCase {
    let data = try Data(contentsOf: file)
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let expected = json["expected"] as? [String: Any] ?? [:]
    var selectors: Set<String> = []
    var filters: Set<String> = []
    for endpoint in expected["endpoints"] as? [[String: Any]] ?? [] {
      for filter in endpoint["filters"] as? [[String: Any]] ?? [] {
        let name = filter["portName"] as? String ?? "\(filter["port"] as? Int ?? 0)"
        let l4 = (filter["protocol"] as? String ?? "").uppercased()
        filters.insert("\(filter["dir"] as? String ?? "") \(l4) \(name)-\(filter["endPort"] as? Int ?? 0)")
        for peer in filter["peers"] as? [[String: Any]] ?? [] {
          guard let selector = peer["selector"] as? String, selector.hasPrefix("&LabelSelector") else { continue }
          selectors.insert(selector)
        }
      }
    }
    let name = file.deletingPathExtension().lastPathComponent
    return ConformanceCase(
      name: name, text: (json["policies"] as? [String] ?? []).joined(), policies: try CasePolicy.read(json, name),
      labelSelectors: selectors, filterKeys: filters)
  }
}

/// One policy of a case with what Cilium said to it.
struct CasePolicy {
  var caseName: String
  var object: ManifestObject
  var settings: Settings
  var isAccepted: Bool
  var error: String?
  var schemaError: String
  var entryCount: Int

  var title: String { "\(caseName): \(object.title)" }

  static func read(_ json: [String: Any], _ name: String) throws -> [CasePolicy] {
    let texts = try #require(json["policies"] as? [String])
    let expected = try #require((json["expected"] as? [String: Any])?["policies"] as? [[String: Any]])
    let settings = settings(json["settings"] as? [String: Any] ?? [:])
    return try zip(texts, expected).compactMap { text, expected in
      let object = try #require(objects(text).first, "\(name)")
      guard object.kind != "CiliumCIDRGroup" else { return nil }
      return CasePolicy(
        caseName: name, object: object, settings: settings,
        isAccepted: expected["accepted"] as? Bool ?? false, error: expected["error"] as? String,
        schemaError: expected["crdSchemaError"] as? String ?? "", entryCount: expected["entries"] as? Int ?? 0)
    }
  }

  private static func settings(_ json: [String: Any]) -> Settings {
    func flag(_ key: String, _ otherwise: Bool) -> Bool { json[key] as? Bool ?? otherwise }
    var settings = Settings()
    settings.clusterName = json["clusterName"] as? String ?? "default"
    settings.defaultLocalCluster = flag("policyDefaultLocalCluster", true)
    settings.hostFirewall = flag("enableHostFirewall", false)
    settings.l7Proxy = flag("enableL7Proxy", true)
    settings.icmpRules = flag("enableICMPRules", true)
    settings.nonDefaultDenyPolicies = flag("enableNonDefaultDenyPolicies", true)
    settings.extendedIPProtocols = flag("enableExtendedIPProtocols", false)
    settings.nodeSelectorLabels = flag("enableNodeSelectorLabels", false)
    return settings
  }
}
