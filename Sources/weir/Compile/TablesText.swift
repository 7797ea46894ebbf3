import Compiler
import Policy
import Rules
import Tables

/// The compiled tables for people.
struct TablesText {
  let tables: Tables
  let policies: [PolicyObject]
  let compileSeconds: Double
  let times: CompilationTimes

  func text(endpoint: String?) -> String {
    var lines: [String] = []
    let local = tables.endpoints.filter { $0.isLocal && (endpoint == nil || $0.name == endpoint) }
    // Endpoints with one policy are shown together.
    var groups: [Int: [Endpoint]] = [:]
    var order: [Int] = []
    for endpoint in local {
      guard let policy = endpoint.policy else { continue }
      if groups[policy] == nil { order.append(policy) }
      groups[policy, default: []].append(endpoint)
    }
    for index in order { lines += self.lines(of: tables.policies[index], for: groups[index] ?? []) + [""] }
    return lines.joined(separator: "\n") + "\n" + statistics
  }

  var statistics: String {
    let statistics = TableStatistics(tables, policies: policies.count, seconds: compileSeconds)
    let refused = policies.filter { !$0.isAccepted }.count
    func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
    func milliseconds(_ seconds: Double) -> Double { (seconds * 100_000).rounded() / 100 }
    func phase(_ time: Duration) -> Double { milliseconds(Workspace.seconds(time)) }
    return """
      \(count(statistics.policies, "policy", "policies"))\(refused > 0 ? " (\(refused) refused)" : ""), \
      \(count(statistics.identities, "identity", "identities")), \
      \(count(statistics.endpoints, "local endpoint", "local endpoints")), \
      \(count(statistics.entries, "policy-map entry", "policy-map entries")) in \
      \(count(statistics.distinctPolicyMaps, "distinct map", "distinct maps")), compiled in \(milliseconds(statistics.seconds)) ms: \
      identities and addresses \(phase(times.identities)), rules \(phase(times.rules)), \
      endpoints \(phase(times.endpoints))

      """
  }

  private func lines(of policy: EndpointPolicy, for endpoints: [Endpoint]) -> [String] {
    let names = endpoints.prefix(6).map { "\($0.name) (\($0.identity))" }
    let more = endpoints.count > 6 ? " and \(endpoints.count - 6) more" : ""
    var lines = [names.joined(separator: ", ") + more]
    if let error = policy.error { return lines + ["  cannot be computed: \(error)"] }
    for direction in Direction.allCases {
      let entries = policy.entries.filter { $0.key.direction == direction }
      guard policy.isEnforced(direction) else {
        lines.append("  \(direction): not enforced, everything is allowed")
        continue
      }
      lines.append("  \(direction): default deny\(entries.isEmpty ? ", nothing is allowed" : "")")
      var table = TextTable(header: ["VERDICT", "PEER", "PORT", "RULES"])
      for entry in entries { table.add(row(entry)) }
      if !entries.isEmpty { lines += table.lines(indent: "    ") }
    }
    return lines
  }

  private func row(_ entry: PolicyMapEntry) -> [String] {
    var verdict = entry.isDeny ? "deny" : "allow"
    if entry.redirect > 0 { verdict = "redirect \(tables.redirects[Int(entry.redirect) - 1].name)" }
    if entry.authentication != .none { verdict += " auth \(entry.authentication.name)" }
    return [verdict, peer(entry.key.identity), entry.key.portText, rules(entry.rules)]
  }

  private func peer(_ identity: UInt32) -> String {
    guard identity != 0 else { return "any" }
    guard let known = tables.identity(identity) else { return "\(identity)" }
    return "\(identity) \(known.summary)"
  }

  private func rules(_ list: UInt32) -> String {
    tables.provenance.rules(of: list).map(\.place).joined(separator: ", ")
  }
}

extension PolicyMapKey {
  /// `80/TCP`, `8000-8007/TCP`, `any/UDP`, `any`; of ICMP the type.
  var portText: String {
    guard protocolNumber != 0 else { return "any" }
    let name = L4Protocol(rawValue: protocolNumber)?.name ?? "\(protocolNumber)"
    guard portPrefixLength > 0 else { return "any/\(name)" }
    let isICMP = protocolNumber == L4Protocol.icmp.rawValue || protocolNumber == L4Protocol.icmpv6.rawValue
    guard !isICMP else { return "type \(port)/\(name)" }
    return port == lastPort ? "\(port)/\(name)" : "\(port)-\(lastPort)/\(name)"
  }
}

extension Tables {
  func identity(_ id: UInt32) -> Identity? {
    var low = 0
    var high = identities.count
    while low < high {
      let middle = (low + high) / 2
      if identities[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < identities.count && identities[low].id == id ? identities[low] : nil
  }
}

extension Identity {
  /// The labels that tell people who it is: those that Cilium adds by itself are left out.
  var summary: String { summaryLabels.joined(separator: ",") }

  var summaryLabels: [String] {
    let added = ["k8s:io.cilium.k8s.namespace.labels.", "k8s:io.cilium.k8s.policy."]
    return labels.filter { label in !added.contains(where: label.hasPrefix) }.map { label in
      label.hasPrefix("k8s:io.kubernetes.pod.namespace=")
        ? "namespace=" + label.dropFirst("k8s:io.kubernetes.pod.namespace=".count)
        : label.hasPrefix("k8s:") ? String(label.dropFirst(4)) : label
    }
  }
}

extension Provenance.Rule {
  /// `FILE:LINE namespace/name`, or the name of Cilium's own allowance.
  var place: String { file.isEmpty ? name : "\(file):\(line) \(policy)" }
}
