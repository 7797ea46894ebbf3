/// One agent option that Weir knows: what it takes and what it sets.
struct SettingOption: Sendable {
  /// What the option takes, as messages put it.
  var expected: String
  /// False when the text is not what the option takes; the setting then keeps its value.
  var apply: @Sendable (_ text: String, _ settings: inout Settings) -> Bool

  init(_ expected: String, apply: @escaping @Sendable (_ text: String, _ settings: inout Settings) -> Bool) {
    self.expected = expected
    self.apply = apply
  }

  /// By name. The ConfigMap and `--set` share this table.
  static let all: [String: SettingOption] = [
    "enable-policy": enforcement,
    "policy-audit-mode": flag(\.auditMode),
    "enable-ipv4": flag(\.enableIPv4),
    "enable-ipv6": flag(\.enableIPv6),
    "cluster-name": clusterName,
    "policy-default-local-cluster": flag(\.defaultLocalCluster),
    "allow-localhost": allowLocalhost,
    "enable-host-firewall": flag(\.hostFirewall),
    "enable-l7-proxy": flag(\.l7Proxy),
    "enable-icmp-rules": flag(\.icmpRules),
    "allow-icmp-frag-needed": flag(\.allowICMPFragNeeded),
    "enable-non-default-deny-policies": flag(\.nonDefaultDenyPolicies),
    "enable-extended-ip-protocols": flag(\.extendedIPProtocols),
    "enable-sctp": flag(\.sctp),
    "enable-node-selector-labels": flag(\.nodeSelectorLabels),
    "policy-cidr-match-mode": cidrMatchMode,
    "enable-ipv4-fragment-tracking": flag(\.fragmentTrackingIPv4),
    "enable-ipv6-fragment-tracking": flag(\.fragmentTrackingIPv6),
    "bpf-ct-timeout-regular-tcp": duration(\.timeoutTCP),
    "bpf-ct-timeout-regular-tcp-syn": duration(\.timeoutTCPSyn),
    "bpf-ct-timeout-regular-tcp-fin": duration(\.timeoutTCPFin),
    "bpf-ct-timeout-regular-any": duration(\.timeoutAny),
    "http-normalize-path": flag(\.normalizesHTTPPath),
    "tofqdns-dns-reject-response-code": dnsRejectResponse,
    "tofqdns-min-ttl": number(\.fqdnMinimumTimeToLive),
    "tofqdns-idle-connection-grace-period": duration(\.fqdnGracePeriod),
    "tofqdns-endpoint-max-ip-per-hostname": number(\.fqdnMaximumAddresses),
    "tofqdns-max-deferred-connection-deletes": number(\.fqdnMaximumDeferred),
    "conntrack-gc-interval": duration(\.conntrackInterval),
    "routing-mode": tunnel("routing-mode", "tunnel or native") { ["tunnel", "native"].contains($0) },
    "tunnel-protocol": tunnel("tunnel-protocol", "vxlan or geneve") { ["vxlan", "geneve"].contains($0) },
    "tunnel-port": tunnel("tunnel-port", "a port from 0 to 65535") { UInt16($0) != nil },
  ]

  private static let enforcement = SettingOption("default, always or never; anything else acts as default") {
    text, settings in
    let mode = Settings.Enforcement(rawValue: text.lowercased())
    settings.enforcement = mode ?? .default
    return mode != nil
  }

  private static let clusterName = SettingOption("a name") { text, settings in
    settings.clusterName = text
    return true
  }

  private static let allowLocalhost = SettingOption("auto, always or policy") { text, settings in
    guard ["auto", "always", "policy"].contains(text) else { return false }
    settings.allowLocalhost = text != "policy"
    return true
  }

  private static let dnsRejectResponse = SettingOption("refused or nameError") { text, settings in
    guard ["refused", "nameError"].contains(text) else { return false }
    settings.dnsRejectResponse = text
    return true
  }

  private static let cidrMatchMode = SettingOption("nodes or nothing") { text, settings in
    let modes = text.split { $0 == "," || $0 == " " }
    guard modes.allSatisfy({ $0 == "nodes" }) else { return false }
    settings.cidrMatchesNodes = !modes.isEmpty
    return true
  }

  private static func flag(_ path: any WritableKeyPath<Settings, Bool> & Sendable) -> SettingOption {
    SettingOption("true or false") { text, settings in
      // What Go's ParseBool takes.
      switch text {
      case "1", "t", "T", "true", "TRUE", "True": settings[keyPath: path] = true
      case "0", "f", "F", "false", "FALSE", "False": settings[keyPath: path] = false
      default: return false
      }
      return true
    }
  }

  private static func duration(_ path: any WritableKeyPath<Settings, Int> & Sendable) -> SettingOption {
    SettingOption("a duration such as 60s or 2h13m20s") { text, settings in
      guard let seconds = GoDuration.seconds(text) else { return false }
      settings[keyPath: path] = seconds
      return true
    }
  }

  private static func number(_ path: any WritableKeyPath<Settings, Int> & Sendable) -> SettingOption {
    SettingOption("a number from 0 on") { text, settings in
      guard let value = UInt32(text) else { return false }
      settings[keyPath: path] = Int(value)
      return true
    }
  }

  /// The tunnel's port follows from three options, which are kept as written until all are known.
  private static func tunnel(
    _ name: String, _ expected: String, isValid: @escaping @Sendable (String) -> Bool
  ) -> SettingOption {
    SettingOption(expected) { text, settings in
      guard isValid(text) else { return false }
      settings.others[name] = text
      settings.tunnelPort = Self.tunnelPort(settings.others)
      return true
    }
  }

  /// nil unless an option says that there is a tunnel.
  private static func tunnelPort(_ options: [String: String]) -> UInt16? {
    let mode = options["routing-mode"]
    guard mode != "native", mode == "tunnel" || options["tunnel-protocol"] != nil else { return nil }
    if let port = options["tunnel-port"].flatMap({ UInt16($0) }), port != 0 { return port }
    return options["tunnel-protocol"] == "geneve" ? 6081 : 8472
  }
}
