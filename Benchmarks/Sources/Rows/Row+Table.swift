extension Row {
  public static let dumpYAML = Row(
    "manifest-yaml", "cluster dump of 2,000 pods, YAML", [.milliseconds, .megabytesPerSecond])
  public static let dumpJSON = Row(
    "manifest-json", "cluster dump of 2,000 pods, JSON", [.milliseconds, .megabytesPerSecond])

  public static let policiesYAML = Row(
    "policy-yaml", "1,000 policies, from YAML to entries", [.microsecondsPerItem], item: "policy")
  public static let policies = Row(
    "policy-objects", "1,000 policies, from objects to entries", [.microsecondsPerItem], item: "policy")
  public static let scalePolicies: [ScaleRow] = CiliumFigures.all.filter { $0.locals == 100 }.map {
    ScaleRow(
      row: Row(
        "policy-\($0.input)", "\($0.input), policies from JSON to entries", [.milliseconds, .itemsPerSecond],
        item: "policies", ciliumMilliseconds: $0.parse),
      folder: "\($0.input)-\($0.locals)")
  }

  public static let compilations: [CompilationRow] = [(1000, 100), (1000, 250), (10_000, 100), (10_000, 250)].map {
    pods, locals in
    CompilationRow(
      row: Row(
        "compile-\(pods)-pods-\(locals)", "1,000 policies × \(decimal(pods)) pods, \(locals) endpoints",
        [.milliseconds]),
      pods: pods, locals: locals)
  }
  /// With the pods' identities and addresses.
  public static let scaleCompilations: [ScaleRow] = CiliumFigures.all.map {
    ScaleRow(
      row: Row(
        "compile-\($0.input)-\($0.locals)", "\($0.input), \($0.locals) endpoints, all", [.milliseconds],
        ciliumMilliseconds: $0.load + $0.addAndResolve),
      folder: "\($0.input)-\($0.locals)")
  }
  /// Without: what Cilium's figure of adding policies and resolving endpoints counts.
  public static let scaleResolutions: [ScaleRow] = CiliumFigures.all.map {
    ScaleRow(
      row: Row(
        "compile-\($0.input)-\($0.locals)-rules", "\($0.input), \($0.locals) endpoints, rules and maps",
        [.milliseconds],
        ciliumMilliseconds: $0.addAndResolve),
      folder: "\($0.input)-\($0.locals)")
  }

  public static let scaleChanges: [ChangeRow] = CiliumFigures.all.filter { $0.locals == 250 }.flatMap { figures in
    let kinds: [(ChangeRow.Kind, Double?)] = [
      (.identityAdded, figures.identityAdded), (.identityRemoved, figures.identityRemoved), (.podRelabelled, nil),
      (.policyAdded, figures.policyAdded), (.policyRemoved, nil), (.nameLearned, nil), (.namespaceRelabelled, nil),
    ]
    return kinds.map { kind, cilium in
      ChangeRow(
        row: Row(
          "change-\(figures.input)-\(kind.rawValue)", "\(figures.input), \(kind.title)", [.microsecondsPerItem],
          item: kind == .namespaceRelabelled ? "identity" : "change", ciliumMilliseconds: cilium),
        folder: "\(figures.input)-250", kind: kind)
    }
  }

  public static let dissectTCP = dissection("ipv4-tcp", "Ethernet, IPv4, TCP")
  public static let dissectUDP = dissection("ipv6-udp", "Ethernet, IPv6, UDP")
  public static let dissectVLAN = dissection("vlan-ipv4-tcp", "Ethernet, VLAN tag, IPv4, TCP")

  public static let addressLookups = lookups("lookup-address", "addresses in the ipcache")
  public static let prefixLookups = lookups("lookup-prefix", "prefixes in the ipcache")
  public static let policyLookups = lookups("lookup-policy", "entries in the policy map")

  public static let engineEstablished = engine("established", "established connections")
  public static let engineNew = engine("new", "new connections")
  public static let engineEvicting = engine("evicting", "new connections in a full table")
  public static let engineDenied = engine("denied", "denied attempts")
  public static let engineMixed = engine("mixed", "mixed traffic")

  /// What any program must do for each packet of a capture in memory: walk the records, read the 5-tuple, look up one
  /// slot of one table. It decides nothing.
  public static let floor = Row(
    "floor-prefetch", "records, 5-tuples, one lookup each", [.nanosecondsPerItem], item: "packet", comparesFloor: true)
  public static let floorPlain = Row(
    "floor-plain", "the same without prefetching", [.nanosecondsPerItem], item: "packet", comparesFloor: true)
  public static let replayFirst = Row(
    "replay-first", "the same capture read and judged, from an empty engine", [.nanosecondsPerItem], item: "packet",
    comparesFloor: true)
  public static let replayAgain = Row(
    "replay-again", "the same, its connections known", [.nanosecondsPerItem], item: "packet", comparesFloor: true)

  /// The program as a whole, by the time that it states.
  public static let replayThreads: [(threads: Int, row: Row)] = [1, 2, 4].map { count in
    (
      threads: count,
      row: Row(
        "replay-threads-\(count)", "weir replay of that capture, \(count) thread\(count == 1 ? "" : "s")",
        [.nanosecondsPerItem], item: "packet", comparesFloor: true)
    )
  }

  /// The program as a whole, by the clock on the wall.
  public static let replayEvents: [(format: String, row: Row)] = [
    (
      "compact",
      Row("replay-events-compact", "weir replay of it, events as compact text", [.itemsPerSecond], item: "events")
    ),
    ("jsonpb", Row("replay-events-jsonpb", "weir replay of it, events as JSON", [.itemsPerSecond], item: "events")),
  ]

  public static let captureReading = Row(
    "capture-pcap", "pcap from the page cache", [.megabytesPerSecond, .itemsPerSecond], item: "packets")

  public static let httpHeads = Row(
    "http-heads", "HTTP/1 request heads", [.nanosecondsPerItem, .megabytesPerSecond], item: "request")
  /// The same heads in segments: what putting a stream together costs when it is in order.
  public static let streamDirect = Row(
    "stream-direct", "HTTP/1 requests in segments, read as they are", [.nanosecondsPerItem, .megabytesPerSecond],
    item: "segment")
  public static let streamReassembled = Row(
    "stream-reassembled", "the same through the reassembler", [.nanosecondsPerItem, .megabytesPerSecond],
    item: "segment")
  /// Requests judged by rules with a path each.
  public static let httpRules = [1, 1_000].map { count in
    (
      count: count,
      row: Row("http-rules-\(count)", "HTTP requests under \(count) paths", [.nanosecondsPerItem], item: "request")
    )
  }
  /// From the bytes of redirected packets to the verdicts on what they say.
  public static let proxyHTTP = proxied("http", "redirected packets: requests and short responses")
  public static let proxyDownload = proxied("download", "redirected packets: a long response")
  public static let proxyServerNames = proxied("names", "redirected packets: a ClientHello and encrypted data")
  public static let proxyDNS = proxied("dns", "redirected packets: DNS queries and answers")

  public static let flowCompact = Row(
    "flow-compact", "events as compact text", [.itemsPerSecond, .megabytesPerSecond], item: "events")
  public static let flowJSON = Row(
    "flow-jsonpb", "events as JSON", [.itemsPerSecond, .megabytesPerSecond], item: "events")

  /// All rows in the order of the table.
  public static let table: [Row] =
    [dumpYAML, dumpJSON, policiesYAML, policies] + scalePolicies.map(\.row)
    + compilations.map(\.row) + scaleCompilations.map(\.row)
    + scaleResolutions.map(\.row) + scaleChanges.map(\.row)
    + [dissectTCP, dissectUDP, dissectVLAN]
    + (addressLookups + prefixLookups + policyLookups).map(\.row)
    + [engineEstablished, engineNew, engineEvicting, engineDenied, engineMixed]
    + [floor, floorPlain, replayFirst, replayAgain] + replayThreads.map(\.row)
    + replayEvents.map(\.row)
    + [captureReading, flowCompact, flowJSON, httpHeads, streamDirect, streamReassembled]
    + httpRules.map(\.row) + [proxyHTTP, proxyDownload, proxyServerNames, proxyDNS]

  private static func proxied(_ name: String, _ title: String) -> Row {
    Row("proxy-\(name)", title, [.nanosecondsPerItem], item: "packet")
  }

  private static func dissection(_ name: String, _ title: String) -> Row {
    Row("packet-\(name)", title, [.nanosecondsPerItem], item: "packet")
  }

  private static func lookups(_ name: String, _ title: String) -> [LookupRow] {
    [10, 1000, 16_384, 65_536].map {
      LookupRow(
        row: Row("\(name)-\($0)", "\(decimal($0)) \(title)", [.nanosecondsPerItem], item: "lookup"), entries: $0)
    }
  }

  private static func engine(_ name: String, _ title: String) -> Row {
    Row("engine-\(name)", title, [.nanosecondsPerItem], item: "packet", comparesFloor: true)
  }

  /// With a comma between thousands.
  private static func decimal(_ number: Int) -> String {
    number < 1000 ? "\(number)" : "\(number / 1000),\(String(number % 1000 + 1000).dropFirst())"
  }
}

/// A synthetic cluster of so many pods, so many of them on the local node.
public struct CompilationRow: Sendable {
  public let row: Row
  public let pods: Int
  public let locals: Int
}

/// One of the recorded scale inputs, in a folder that scripts/bench fills.
public struct ScaleRow: Sendable {
  public let row: Row
  public let folder: String
}

/// A change of a recorded scale input with 250 local endpoints.
public struct ChangeRow: Sendable {
  public enum Kind: String, Sendable {
    case identityAdded = "identity-added"
    case identityRemoved = "identity-removed"
    case podRelabelled = "pod-relabelled"
    case policyAdded = "policy-added"
    case policyRemoved = "policy-removed"
    case nameLearned = "name-learned"
    case namespaceRelabelled = "namespace-relabelled"

    var title: String {
      switch self {
      case .identityAdded: "a pod with new labels comes"
      case .identityRemoved: "the only pod with its labels goes"
      case .podRelabelled: "a pod gets other labels"
      case .policyAdded: "a policy comes"
      case .policyRemoved: "a policy goes"
      case .nameLearned: "a name gets an address"
      case .namespaceRelabelled: "a namespace gets other labels"
      }
    }
  }

  public let row: Row
  public let folder: String
  public let kind: Kind
}

/// A lookup in a table of so many entries.
public struct LookupRow: Sendable {
  public let row: Row
  public let entries: Int
}
