import Rules

/// One port of a rule with what a proxy should do there; or one ICMP type.
struct NaiveDemand {
  enum Port: Hashable {
    case number(UInt16)
    case name(String)
  }

  /// Two demands with the same key are one filter to Cilium.
  struct Key: Hashable {
    var port: Port
    var endPort: Int
    var protocolNumber: UInt8
  }

  var key: Key
  /// Where a proxy is asked for: its class as the tables name it, and its priority (`cilium-policy.md` §5.1).
  var redirect = ""
  var priority = 0

  var isICMP: Bool { key.protocolNumber == 1 || key.protocolNumber == 58 }

  /// How specific the demand is where it matches: 8 for the protocol, plus the bits of the aligned block that holds the
  /// port; nil where it does not match.
  func specificity(
    protocolNumber: UInt8, port: UInt16, reproducesBugs: Bool, resolve: (String, UInt8) -> UInt16?
  ) -> Int? {
    guard protocolNumber == key.protocolNumber else { return nil }
    let first: Int
    switch key.port {
    case .number(let number): first = Int(number)
    case .name(let name):
      guard let number = resolve(name, protocolNumber) else { return nil }
      first = Int(number)
    }
    let port = Int(port)
    guard key.endPort > first else {
      // Type 0 of ICMP is taken for port 0, which means all (bug B2).
      if first == 0, !isICMP || reproducesBugs { return 8 }
      return port == first ? 24 : nil
    }
    guard first <= port, port <= key.endPort else { return nil }
    // The widest aligned block around the port that the range holds.
    for length in 0...16 {
      let size = 1 << (16 - length)
      let start = port / size * size
      if start >= first, start + size - 1 <= key.endPort { return 8 + length }
    }
    return nil
  }
}

extension NaiveDemand {
  /// The demands of an element's ports; nil when it names none, which means all protocols.
  static func demands(of element: WrittenElement, in policy: WrittenPolicy) -> [NaiveDemand]? {
    let ports = element.ports ?? []
    let icmps = element.icmps ?? []
    guard !ports.isEmpty || !icmps.isEmpty else { return nil }
    return ports.flatMap { $0.ports.flatMap { port in demands(port, in: policy) }.demanding($0.proxy, policy) }
      + icmps.flatMap(\.self).map { type in
        NaiveDemand(
          key: Key(port: .number(UInt16(type.type)), endPort: 0, protocolNumber: type.family == "IPv6" ? 58 : 1))
      }
  }

  private static func demands(_ port: WrittenPorts.Port, in policy: WrittenPolicy) -> [NaiveDemand] {
    let protocols: [UInt8] =
      switch port.protocol {
      case "": policy.kind == .kubernetes ? [6] : [6, 17, 132]
      case "ANY": [6, 17, 132]
      case "TCP": [6]
      case "UDP": [17]
      case "SCTP": [132]
      case "VRRP": [112]
      default: [2]
      }
    return protocols.map { number in
      NaiveDemand(
        key: Key(
          port: UInt16(port.port).map(Port.number) ?? .name(port.port.lowercased()), endPort: port.endPort ?? 0,
          protocolNumber: number))
    }
  }
}

extension [NaiveDemand] {
  fileprivate func demanding(_ proxy: WrittenPorts.Proxy?, _ policy: WrittenPolicy) -> [NaiveDemand] {
    map { demand in
      var demand = demand
      switch proxy {
      case nil, .emptyHTTP: break
      case .http: (demand.redirect, demand.priority) = ("http", 27)
      case .kafka: (demand.redirect, demand.priority) = ("proxylib", 22)
      case .proxylib: (demand.redirect, demand.priority) = ("proxylib", 17)
      case .serverNames: (demand.redirect, demand.priority) = ("http", 12)
      case .dns: (demand.redirect, demand.priority) = ("dns", 7)
      case .listener(let config, let name, let priority, let isClusterwide):
        demand.redirect = "listener:\(isClusterwide ? "" : policy.namespace)/\(config)/\(name)"
        demand.priority = priority > 0 ? 128 - priority : 2
      }
      return demand
    }
  }
}
