import Addresses
import Flow
import Testing

/// Each filter flag of `weir replay` keeps exactly the events that its meaning says, in their order.
@Suite struct ReplayFilterTests {
  private typealias Predicate = (Flow) -> Bool

  private struct Case {
    var flags: [String]
    /// Leaves nothing, on purpose.
    var keepsNothing = false
    var keeps: Predicate

    init(_ flags: String, keepsNothing: Bool = false, _ keeps: @escaping Predicate) {
      self.flags = flags.split(separator: " ").map(String.init)
      self.keepsNothing = keepsNothing
      self.keeps = keeps
    }
  }

  private func check(_ cases: [Case]) throws {
    let arguments = Lab.captures + Lab.inForce + Lab.resolved
    let all = try Lab.flows(arguments)
    for filter in cases {
      let expected = all.filter(filter.keeps)
      #expect(expected.isEmpty == filter.keepsNothing, "\(filter.flags) should tell events apart")
      #expect(expected.count < all.count, "\(filter.flags) should tell events apart")
      #expect(try Lab.flows(arguments + filter.flags) == expected, "\(filter.flags)")
    }
  }

  private static func ports(_ flow: Flow) -> (source: UInt16, destination: UInt16)? {
    switch flow.l4 {
    case .tcp(let tcp): (tcp.source, tcp.destination)
    case .udp(let udp): (udp.source, udp.destination)
    default: nil
    }
  }

  private static func isIn(_ namespace: String, _ prefix: String = "") -> (FlowEndpoint) -> Bool {
    { $0.namespace == namespace && $0.podName.hasPrefix(prefix) }
  }

  private static func either(_ test: @escaping (FlowEndpoint) -> Bool) -> Predicate {
    { test($0.source) || test($0.destination) }
  }

  private static func isUDP(_ flow: Flow) -> Bool { if case .udp = flow.l4 { true } else { false } }
  private static func isTCP(_ flow: Flow) -> Bool { if case .tcp = flow.l4 { true } else { false } }

  @Test func verdictTypeAndReason() throws {
    try check([
      Case("--verdict DROPPED") { $0.verdict == .dropped },
      Case("--verdict FORWARDED") { $0.verdict == .forwarded },
      Case("--verdict REDIRECTED --verdict DROPPED") { $0.verdict == .redirected || $0.verdict == .dropped },
      Case("--verdict AUDIT", keepsNothing: true) { $0.verdict == .audit },
      Case("--type drop") { $0.eventType.type == 1 },
      Case("--type policy-verdict") { $0.eventType.type == 5 },
      Case("--type l7") { $0.eventType.type == 129 },
      Case("--drop-reason-desc POLICY_DENY") { $0.dropReason.rawValue == 181 },
      Case("--drop-reason-desc POLICY_DENIED") { $0.dropReason.rawValue == 133 },
    ])
  }

  @Test func podsAndNamespaces() throws {
    try check([
      Case("--pod demo/postgres-0", Self.either(Self.isIn("demo", "postgres-0"))),
      Case("--pod demo/hello-", Self.either(Self.isIn("demo", "hello-"))),
      Case("--from-pod demo/test") { Self.isIn("demo", "test")($0.source) },
      Case("--to-pod kube-system/coredns") { Self.isIn("kube-system", "coredns")($0.destination) },
      // Without a namespace, as in hubble, the pod is one of `default`.
      Case("--from-pod outsider") { Self.isIn("default", "outsider")($0.source) },
      Case("--to-pod postgres-0", keepsNothing: true) { Self.isIn("default", "postgres-0")($0.destination) },
      Case("-n monitoring", Self.either(Self.isIn("monitoring"))),
      Case("-qn monitoring", Self.either(Self.isIn("monitoring"))),
      Case("--namespace=monitoring", Self.either(Self.isIn("monitoring"))),
      Case("--from-namespace default") { $0.source.namespace == "default" },
      Case("--to-namespace kube-system") { $0.destination.namespace == "kube-system" },
      Case("--from-namespace demo --to-namespace demo") {
        $0.source.namespace == "demo" && $0.destination.namespace == "demo"
      },
      Case("-l app=hello-app", Self.either { $0.labels.contains("k8s:app=hello-app") }),
      Case("--to-label k8s-app=kube-dns") { $0.destination.labels.contains("k8s:k8s-app=kube-dns") },
      Case("--identity world-ipv4", Self.either { $0.identity == 9 }),
    ])
  }

  @Test func portsProtocolsAndAddresses() throws {
    let world = try #require(IPPrefix("203.0.113.0/24"))
    try check([
      Case("--port 53") { Self.ports($0).map { $0.source == 53 || $0.destination == 53 } ?? false },
      Case("--to-port 443") { Self.ports($0)?.destination == 443 },
      Case("--to-port 80 --to-port 8000") { [80, 8000].contains(Self.ports($0)?.destination) },
      Case("--from-port 443", keepsNothing: true) { Self.ports($0)?.source == 443 },
      Case("--protocol udp", Self.isUDP),
      Case("--protocol tcp --to-port 53") { Self.isTCP($0) && Self.ports($0)?.destination == 53 },
      Case("--protocol icmp") { Self.ports($0) == nil },
      Case("--ip 169.254.169.254") { $0.ip?.destination.description == "169.254.169.254" },
      Case("--ip 203.0.113.0/24") {
        $0.ip.map { world.contains($0.source) || world.contains($0.destination) } ?? false
      },
      Case("--from-ip 198.51.100.77") { $0.ip?.source.description == "198.51.100.77" },
      Case("--to-ip fd00:10:244::/48") { $0.ip?.destination.description.hasPrefix("fd00:10:244:") ?? false },
    ])
  }

  @Test func notTakesAwayWhatTheFlagAfterItSelects() throws {
    try check([
      Case("--not --verdict DROPPED") { $0.verdict != .dropped },
      Case("--verdict DROPPED --not --protocol icmp") { $0.verdict == .dropped && Self.ports($0) != nil },
      Case("--not -n demo") { $0.source.namespace != "demo" && $0.destination.namespace != "demo" },
      Case("--not --protocol udp --verdict REDIRECTED") { !Self.isUDP($0) && $0.verdict == .redirected },
    ])
  }

  @Test func firstAndLastCutTheOrderedEvents() throws {
    let arguments = ["demo.pcap"] + Lab.inForce
    let all = try Lab.flows(arguments)
    let drops = all.filter { $0.verdict == .dropped }
    #expect(try Lab.flows(arguments + ["--first", "3"]) == Array(all.prefix(3)))
    #expect(try Lab.flows(arguments + ["--last", "3"]) == Array(all.suffix(3)))
    #expect(try Lab.flows(arguments + ["--last", "3", "--verdict", "DROPPED"]) == Array(drops.suffix(3)))
    #expect(try Lab.flows(arguments + ["--first", "0"]).isEmpty)
    #expect(try Lab.flows(arguments + ["--last", "100000"]) == all)
  }

  @Test func sinceAndUntilAreTimesOfThePackets() throws {
    let arguments = ["demo.pcap", "-o", "jsonpb", "-q"] + Lab.inForce
    let lines = try Lab.run(["replay"] + arguments).lines
    let times = try lines.map { try #require(try JSON.object($0)["time"] as? String) }
    let middle = times[times.count / 2]
    let later = try Lab.run(["replay"] + arguments + ["--since", middle]).lines
    let earlier = try Lab.run(["replay"] + arguments + ["--until", middle]).lines
    #expect(Set(later).union(earlier) == Set(lines))
    #expect(later.count < lines.count && earlier.count < lines.count)
    #expect(try later.allSatisfy { try JSON.object($0)["time"] as? String ?? "" >= middle })
    #expect(try earlier.allSatisfy { try JSON.object($0)["time"] as? String ?? "" <= middle })
  }

  @Test func packetFiltersChooseWhatIsReadAtAll() throws {
    let all = try Lab.flows(["demo.pcap"] + Lab.inForce)
    let filtered = try Lab.flows(["demo.pcap", "--filter", "udp port 53"] + Lab.inForce)
    #expect(filtered.map(\.summary) == all.filter(Self.isUDP).map(\.summary))
    let run = try Lab.run(["replay", "demo.pcap", "--filter", "arp", "-o", "summary"] + Lab.inForce)
    #expect(run.output.contains("UNJUDGED"))
    #expect(!run.output.contains("FORWARDED"))
  }
}
