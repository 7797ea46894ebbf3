import Compiler
import Manifest
import Policy
import Rules
import Tables

/// The part of a policy that something rests on.
public struct RulePart: Sendable, Hashable {
  /// `namespace/name`; `name` for cluster-wide policies and Cilium's own allowances.
  public var policy: String
  /// Empty for Cilium's own.
  public var file: String
  public var line: Int
  /// Such as `spec.ingress[1].toPorts[0]`; empty for Cilium's own.
  public var path: String

  public init(policy: String, file: String, line: Int, path: String) {
    self.policy = policy
    self.file = file
    self.line = line
    self.path = path
  }

  init(_ rule: Provenance.Rule) {
    self.init(policy: rule.policy, file: rule.file, line: rule.line, path: rule.path)
  }

  /// - Parameter portRule: index of the element of `toPorts` or `icmps` that is meant; nil for the rule as a whole.
  init(_ entry: PolicyEntry, portRule: Int? = nil) {
    let origin = entry.origin
    self.init(
      policy: origin.namespace.isEmpty ? origin.name : "\(origin.namespace)/\(origin.name)",
      file: origin.location.file, line: origin.location.line, path: origin.path)
    guard let portRule else { return }
    guard origin.kind != "NetworkPolicy" else {
      // The ports stand beside the list of peers that the entry comes from.
      if !path.hasSuffix("]") || !(path.contains(".from[") || path.contains(".to[")) { path += ".ports[\(portRule)]" }
      return
    }
    let isICMP = entry.ports[portRule].ports.first.map { $0.protocol == .icmp || $0.protocol == .icmpv6 } ?? false
    path += isICMP ? ".icmps[\(portRule)]" : ".toPorts[\(portRule)]"
  }
}
