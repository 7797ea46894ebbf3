import Foundation
import Testing

/// `weir compile`: the tables for people and for programs.
@Suite struct CompileTests {
  private func compile(_ flags: [String]) throws -> WeirRun {
    let run = try Lab.run(["compile"] + Lab.inForce + flags)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    return run
  }

  private func endpoints(_ document: [String: Any]) throws -> [[String: Any]] {
    try #require(document["endpoints"] as? [[String: Any]])
  }

  @Test("-o maps prints the bytes of every map, as many entries as the tables have", arguments: ["cilium", "own"])
  func maps(_ layout: String) throws {
    let document = try compile(["-o", "maps", "--layout", layout]).json()
    let maps = try #require(document["maps"] as? [[String: Any]])
    for map in maps {
      let elements = try #require(map["elements"] as? [[String: [String]]])
      for element in elements {
        #expect(element["key"]?.count == map["bytes_key"] as? Int)
        #expect(element["value"]?.count == map["bytes_value"] as? Int)
        #expect(element.values.joined().allSatisfy { $0.count == 4 && $0.hasPrefix("0x") })
      }
      #expect(Set(elements.map { $0["key"] ?? [] }).count == elements.count)
    }
    let names = maps.compactMap { $0["name"] as? String }
    let expected =
      layout == "own" ? ["policy_hashes", "addresses_ipv4"] : ["cilium_policy_v2_00001", "cilium_ipcache_v2"]
    #expect(Set(names).isSuperset(of: expected))
    // 10.244.1.20, however its address is found.
    let keys = maps.flatMap { ($0["elements"] as? [[String: [String]]] ?? []).map { $0["key"] ?? [] } }
    #expect(keys.contains { $0.joined(separator: " ").contains("0x0a 0xf4 0x01 0x14") })
  }

  @Test func jsonHasTheKeysOfTheContract() throws {
    let document = try compile(["-o", "json"]).json()
    #expect(Set(document.keys) == ["identities", "ipcache", "endpoints", "policies", "stats"])
    let identities = try #require(document["identities"] as? [[String: Any]])
    #expect(identities.allSatisfy { Set($0.keys) == ["id", "labels"] })
    let ids = identities.compactMap { $0["id"] as? Int }
    #expect(Set(ids).count == identities.count)
    let ipcache = try #require(document["ipcache"] as? [[String: Any]])
    #expect(
      ipcache.allSatisfy { Set($0.keys) == ["prefix", "identity"] && ids.contains($0["identity"] as? Int ?? -1) })
    #expect(ipcache.contains { $0["prefix"] as? String == "10.244.1.20/32" })
    for endpoint in try endpoints(document) {
      let required: Set<String> = [
        "endpoint", "identity", "ingress_enforced", "egress_enforced", "error", "policy_map", "filters",
      ]
      #expect(Set(endpoint.keys).isSuperset(of: required))
      #expect(endpoint["error"] is NSNull)
      for entry in try #require(endpoint["policy_map"] as? [[String: Any]]) {
        let keys: Set<String> = ["direction", "identity", "protocol", "port", "prefix_len", "deny", "rules"]
        #expect(Set(entry.keys).isSuperset(of: keys))
        let identity = entry["identity"] as? Int
        #expect(identity == 0 || ids.contains(identity ?? -1))
      }
    }
    let policies = try #require(document["policies"] as? [[String: Any]])
    #expect(policies.count == 9)
    let keys: Set<String> = ["kind", "namespace", "name", "accepted", "error", "file", "line", "warnings"]
    #expect(policies.allSatisfy { Set($0.keys) == keys && $0["accepted"] as? Bool == true && $0["error"] is NSNull })
  }

  @Test func anEntryNamesItsRedirectAndTheRulesBehindIt() throws {
    let document = try compile(["-o", "json", "--endpoint", "demo/hello-app-5f6d8c7b94-q7zpl"]).json()
    let endpoint = try #require(try endpoints(document).first)
    let map = try #require(endpoint["policy_map"] as? [[String: Any]])
    func entry(_ direction: String, _ port: Int, deny: Bool = false) -> [String: Any]? {
      map.first { $0["direction"] as? String == direction && $0["port"] as? Int == port && $0["deny"] as? Bool == deny }
    }
    #expect(entry("ingress", 8000)?["redirect"] as? String == "http")
    #expect(entry("egress", 53)?["redirect"] as? String == "dns")
    #expect(entry("egress", 5432)?["redirect"] == nil)
    #expect(entry("ingress", 15020)?["prefix_len"] as? Int == 16)
    let rule = try #require((entry("egress", 5432)?["rules"] as? [[String: Any]])?.first)
    #expect(rule["policy"] as? String == "demo/hello-app")
    #expect(rule["file"] as? String == "policies/30-hello-app.yaml")
    #expect(rule["line"] as? Int == 28)
    let denied = entry("egress", 0, deny: true)?["rules"] as? [[String: Any]]
    #expect(denied?.map { $0["policy"] as? String } == ["block-list"])
    let filters = try #require(endpoint["filters"] as? [[String: Any]])
    let http = filters.first { $0["port"] as? Int == 8000 }?["peers"] as? [[String: Any]]
    #expect(http?.first?["l7Parser"] as? String == "http")
    let paths = (http?.first?["http"] as? [[String: Any]])?.compactMap { $0["path"] as? String }
    #expect(Set(paths ?? []) == ["/", #"/hello(\?.*)?"#])
  }

  @Test func oneEndpointIsTheSameAsAmongAll() throws {
    let all = try endpoints(try compile(["-o", "json"]).json())
    for name in ["demo/postgres-0", "kube-system/coredns-66bc5c9577-l6m4r", "reserved:ingress"] {
      let one = try endpoints(try compile(["-o", "json", "--endpoint", name]).json())
      #expect(NSArray(array: one) == NSArray(array: all.filter { $0["endpoint"] as? String == name }), "\(name)")
      #expect(!one.isEmpty)
    }
  }

  @Test func theTableNamesEnforcementEntriesAndRules() throws {
    let lines = try compile(["--endpoint", "demo/postgres-0"]).lines.map(String.init)
    #expect(lines.first?.hasPrefix("demo/postgres-0 (") == true)
    #expect(lines.contains("  ingress: default deny"))
    let row = lines.first { $0.contains("5432/TCP") } ?? ""
    #expect(row.hasPrefix("    allow "))
    #expect(row.hasSuffix("policies/40-postgres.yaml:15 demo/postgres"))
    #expect(lines.contains { $0.contains("deny ") && $0.hasSuffix("policies/90-block-list.yaml:14 block-list") })
    #expect(lines.contains { $0.contains("type 8/ICMP ") })
    #expect(lines.contains { $0.contains("redirect dns") && $0.contains("53/UDP") })
    #expect(lines.last?.hasPrefix("9 policies, ") == true)
    let open = try compile(["--endpoint", "reserved:host"]).output
    #expect(open.contains("ingress: not enforced, everything is allowed"))
  }

  @Test func statisticsAreTheSizesOfTheDocument() throws {
    let document = try compile(["-o", "json"]).json()
    let stats = try compile(["-o", "json", "--stats"]).json()
    let keys: Set<String> = [
      "policies", "identities", "endpoints", "entries", "distinct_policy_maps", "seconds", "identities_seconds",
      "rules_seconds", "endpoints_seconds",
    ]
    #expect(Set(stats.keys) == keys)
    #expect(stats["policies"] as? Int == 9)
    #expect(stats["identities"] as? Int == (document["identities"] as? [Any])?.count)
    let endpoints = try endpoints(document)
    #expect(stats["endpoints"] as? Int == endpoints.count)
    #expect(stats["entries"] as? Int == endpoints.compactMap { ($0["policy_map"] as? [Any])?.count }.reduce(0, +))
    let inDocument = try #require(document["stats"] as? [String: Any])
    #expect(inDocument["entries"] as? Int == stats["entries"] as? Int)
    #expect(try compile(["--stats"]).lines.count == 1)
  }

  @Test func theOrderOfFilesDoesNotMatter() throws {
    let folder = Lab.folder.appendingPathComponent("policies").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "policies/\($0)" }
    let inputs = ["cluster.yaml"] + files
    var generator = SeededGenerator(state: 7)
    let reference = try maps(of: inputs)
    #expect(reference.count == 14)
    for _ in 0..<4 {
      let shuffled = inputs.shuffled(using: &generator)
      #expect(try maps(of: shuffled) == reference, "\(shuffled)")
    }
    #expect(try maps(of: inputs.reversed()) == reference)
  }

  /// The policy maps as text, without the rules' order.
  private func maps(of files: [String]) throws -> [String] {
    let run = try Lab.run(["compile", "-o", "json"] + files.flatMap { ["-f", $0] })
    #expect(run.status == 0)
    return try endpoints(try run.json()).map { endpoint in
      let map = try #require(endpoint["policy_map"] as? [[String: Any]])
      let entries = try map.map { entry in
        var entry = entry
        let rules = try #require(entry["rules"] as? [[String: Any]])
        entry["rules"] = rules.map { "\($0["policy"] ?? "") \($0["file"] ?? "") \($0["line"] ?? "")" }.sorted()
        return String(decoding: try JSONSerialization.data(withJSONObject: entry, options: .sortedKeys), as: UTF8.self)
      }
      return "\(endpoint["endpoint"] ?? "") \(endpoint["identity"] ?? "") " + entries.joined(separator: "\n")
    }
  }

  @Test func theSameFilesGiveTheSameBytes() throws {
    let runs = try (0..<3).map { _ in
      try compile(["-o", "json"]).output.replacing(#/"[a-z_]*seconds":[0-9.]+/#, with: "")
    }
    #expect(Set(runs).count == 1)
  }

  @Test func settingsOverrideTheConfigMap() throws {
    func enforced(_ flags: [String]) throws -> Int {
      try endpoints(try compile(["-o", "json"] + flags).json()).filter { $0["egress_enforced"] as? Bool == true }.count
    }
    let usual = try enforced([])
    #expect(try enforced(["--enable-policy", "never"]) == 0)
    #expect(try enforced(["--enable-policy", "always"]) >= usual)
    #expect(try enforced(["--set", "enable-policy=never"]) == 0)
    #expect(try enforced(["--set", "enable-policy=never", "--enable-policy", "default"]) == usual)
    let named = try compile(["-o", "json", "--cluster-name", "elsewhere"]).output
    #expect(named.contains("k8s:io.cilium.k8s.policy.cluster=elsewhere"))
    #expect(!named.contains("k8s:io.cilium.k8s.policy.cluster=lab"))
  }
}

/// The same numbers in every run.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}
