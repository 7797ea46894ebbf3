import Addresses
import Compiler
import Manifest
import Policy
import Rules
import Tables

/// The JSON document of `weir compile`.
struct TablesJSON {
  let tables: Tables
  let policies: [PolicyObject]
  let compileSeconds: Double
  let times: CompilationTimes

  func write(to json: inout JSONWriter, endpoint: String?) {
    json.object { json in
      json.key("identities")
      json.array(tables.identities) { json, identity in
        json.object {
          $0.field("id", identity.id)
          $0.field("labels", identity.labels)
        }
      }
      json.key("ipcache")
      json.array(tables.ipcache) { json, entry in
        json.object {
          $0.field("prefix", entry.prefix.description)
          $0.field("identity", entry.identity)
        }
      }
      json.key("endpoints")
      let local = tables.endpoints.filter { $0.isLocal && (endpoint == nil || $0.name == endpoint) }
      json.array(local) { write($1, to: &$0) }
      json.key("policies")
      json.array(policies) { write($1, to: &$0) }
      json.key("stats")
      writeStatistics(to: &json)
    }
  }

  func writeStatistics(to json: inout JSONWriter) {
    let statistics = TableStatistics(tables, policies: policies.count, seconds: compileSeconds)
    json.object {
      $0.field("policies", statistics.policies)
      $0.field("identities", statistics.identities)
      $0.field("endpoints", statistics.endpoints)
      $0.field("entries", statistics.entries)
      $0.field("distinct_policy_maps", statistics.distinctPolicyMaps)
      $0.key("seconds")
      $0.value(seconds: statistics.seconds)
      for (name, time) in [
        ("identities_seconds", times.identities), ("rules_seconds", times.rules),
        ("endpoints_seconds", times.endpoints),
      ] {
        $0.key(name)
        $0.value(seconds: Workspace.seconds(time))
      }
    }
  }

  private func write(_ endpoint: Endpoint, to json: inout JSONWriter) {
    let policy = endpoint.policy.map { tables.policies[$0] } ?? EndpointPolicy()
    json.object { json in
      json.field("endpoint", endpoint.name)
      json.optional("node", endpoint.node)
      json.field("identity", endpoint.identity)
      json.field("ingress_enforced", policy.ingressEnforced)
      json.field("egress_enforced", policy.egressEnforced)
      json.key("error")
      if let error = policy.error { json.value(error) } else { json.null() }
      json.key("policy_map")
      json.array(policy.entries) { write($1, to: &$0) }
      json.key("filters")
      json.array(policy.filters) { write($1, to: &$0) }
    }
  }

  private func write(_ entry: PolicyMapEntry, to json: inout JSONWriter) {
    json.object { json in
      json.field("direction", "\(entry.key.direction)")
      json.field("identity", entry.key.identity)
      json.field("protocol", entry.key.protocolNumber)
      json.field("port", entry.key.port)
      json.field("prefix_len", entry.key.portPrefixLength)
      json.field("deny", entry.isDeny)
      if entry.redirect > 0 {
        json.field("redirect", tables.redirects[Int(entry.redirect) - 1].name)
        json.field("proxy_priority", entry.proxyPriority)
      }
      if entry.authentication != .none || entry.authenticationIsExplicit {
        json.field("auth", entry.authentication.name)
        json.field("auth_explicit", entry.authenticationIsExplicit)
      }
      RuleListJSON(provenance: tables.provenance).write(entry.rules, to: &json)
    }
  }

  private func write(_ filter: L4Filter, to json: inout JSONWriter) {
    json.object { json in
      json.field("dir", "\(filter.direction)")
      json.field("protocol", filter.protocol.name)
      json.field("port", filter.port)
      json.optional("endPort", filter.endPort)
      json.optional("portName", filter.portName)
      json.key("peers")
      json.array(filter.peers) { write($1, to: &$0) }
    }
  }

  private func write(_ peer: FilterPeer, to json: inout JSONWriter) {
    json.object { json in
      json.field("selector", peer.selector)
      json.optional("wildcard", peer.isWildcard)
      if !peer.identities.isEmpty {
        json.key("selects")
        json.array(peer.identities) { $0.value($1) }
      }
      json.optional("deny", peer.isDeny)
      json.optional("l7Parser", peer.parser)
      if let l7 = peer.l7 { L7RulesJSON.write(l7, to: &json) }
      json.optional("serverNames", peer.serverNames)
      json.optional("listener", peer.listener)
      json.optional("listenerPriority", peer.listenerPriority)
      json.optional("auth", peer.authentication?.rawValue ?? "")
      json.optional("terminatingTLS", peer.terminatingTLS != nil)
      json.optional("originatingTLS", peer.originatingTLS != nil)
      RuleListJSON(provenance: tables.provenance).write(peer.rules, to: &json)
    }
  }

  private func write(_ policy: PolicyObject, to json: inout JSONWriter) {
    json.object { json in
      json.field("kind", policy.kind)
      json.field("namespace", policy.namespace)
      json.field("name", policy.name)
      json.field("accepted", policy.isAccepted)
      json.key("error")
      if let error = policy.error { json.value(error.message) } else { json.null() }
      json.field("file", policy.location.file)
      json.field("line", policy.location.line)
      json.field("warnings", policy.warnings.map(\.description))
    }
  }
}

/// The `rules` key: which rules stand behind an entry.
struct RuleListJSON {
  let provenance: Provenance

  func write(_ list: UInt32, to json: inout JSONWriter) {
    json.key("rules")
    json.array(provenance.rules(of: list)) { json, rule in
      json.object {
        $0.field("policy", rule.kind == "reserved" ? "reserved/\(rule.name)" : rule.policy)
        $0.field("kind", rule.kind)
        guard !rule.file.isEmpty else { return }
        $0.field("file", rule.file)
        $0.field("line", rule.line)
        $0.field("path", rule.path)
      }
    }
  }
}

/// Sizes of the tables.
struct TableStatistics {
  var policies: Int
  var identities: Int
  var endpoints: Int
  /// Policy-map entries of all local endpoints, shared maps counted for each.
  var entries: Int
  var distinctPolicyMaps: Int
  var seconds: Double

  init(_ tables: Tables, policies: Int, seconds: Double) {
    let local = tables.endpoints.filter(\.isLocal)
    self.policies = policies
    identities = tables.identities.count
    endpoints = local.count
    entries = local.reduce(0) { $0 + ($1.policy.map { tables.policies[$0].entries.count } ?? 0) }
    distinctPolicyMaps = tables.policies.count
    self.seconds = seconds
  }
}
