import Manifest

/// Objects that nobody reads though their author thought so.
extension ClusterReader.State {
  /// Kinds of the group `cilium.io`, read or not.
  private static let ciliumKinds: Set = [
    "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "CiliumCIDRGroup", "CiliumEndpoint", "CiliumEndpointSlice",
    "CiliumIdentity", "CiliumNode", "CiliumNodeConfig", "CiliumExternalWorkload", "CiliumEgressGatewayPolicy",
    "CiliumLocalRedirectPolicy", "CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig", "CiliumLoadBalancerIPPool",
    "CiliumL2AnnouncementPolicy", "CiliumPodIPPool", "CiliumBGPPeeringPolicy", "CiliumBGPClusterConfig",
    "CiliumBGPPeerConfig", "CiliumBGPAdvertisement", "CiliumBGPNodeConfig", "CiliumBGPNodeConfigOverride",
    "CiliumGatewayClassConfig", "CiliumVTEPConfig",
  ]

  mutating func reviewUnknown(_ object: ManifestObject) {
    if object.group.hasSuffix(".cilium.io") {
      warn(object, "Cilium has no API \(object.apiVersion): this has no effect", identifier: .unknownAPI)
      return
    }
    guard object.group == "cilium.io", !object.kind.hasSuffix("List"), !Self.ciliumKinds.contains(object.kind) else {
      return
    }
    let lower = object.kind.lowercased()
    let near = Self.ciliumKinds.first {
      $0.lowercased() == lower || lower == $0.lowercased() + "s" || lower == $0.lowercased().dropLast() + "ies"
    }
    warn(
      object, "cilium.io has no kind \(object.kind): this has no effect", hint: near.map { "did you mean \($0)?" },
      identifier: .unknownAPI)
  }

  /// Manifests inside a ConfigMap that are for an API of Cilium which does not exist.
  mutating func reviewEmbedded(_ object: ManifestObject) {
    for member in object.value["data"]?.map ?? [] {
      guard let text = member.value.string, text.contains(".cilium.io/") else { continue }
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].trimmed == "apiVersion", let slash = parts[1].firstIndex(of: "/"),
          parts[1][..<slash].hasSuffix(".cilium.io")
        else { continue }
        warn(
          object, "\(member.key): Cilium has no API \(parts[1].trimmed): nobody reads this",
          at: Location(file: object.location.file, position: member.keyPosition), identifier: .unknownAPI)
      }
    }
  }

  /// Values of Cilium's chart that it does not take. They are not applied: options are read from the ConfigMap.
  mutating func review(helmValues object: ManifestObject) {
    let modes = ["default", "always", "never"]
    let switches = ["true", "false"]
    check(object, "policyEnforcementMode", modes, "\(modes.joined(separator: ", ")); anything else acts as default")
    check(object, "kubeProxyReplacement", switches, "true or false since Cilium 1.14")
    for key in ["bandwidthManager", "hubble", "encryption", "envoy"] {
      guard let value = object.value[key], value.map == nil else { continue }
      warn(
        object, "\(key): expected a map with the key enabled, found \(value.typeNameWithArticle)",
        at: Location(file: object.location.file, position: value.position), hint: "\(key): {enabled: true}",
        identifier: .settingValue)
    }
  }

  private mutating func check(_ object: ManifestObject, _ key: String, _ allowed: [String], _ expected: String) {
    guard let value = object.value[key] else { return }
    let text: String
    switch value.content {
    case .string(let string): text = string
    case .boolean(let flag): text = flag ? "true" : "false"
    default: text = value.typeName
    }
    if allowed.contains(text) { return }
    warn(
      object, "\(key): \"\(text)\" is no value for it: expected \(expected)",
      at: Location(file: object.location.file, position: value.position), identifier: .settingValue)
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " || $0 == "\"" }
    return start.lastIndex { $0 != " " && $0 != "\"" && $0 != "\r" }.map { start[...$0] } ?? ""
  }
}
