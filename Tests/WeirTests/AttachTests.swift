import Addresses
import Flow
import Foundation
import Testing

/// `weir attach` on real interfaces: pods are network namespaces, servers and clients real programs.
///
/// Needs root, BPF and iproute2, and says why it is skipped where it cannot run. `WEIR_SWAPS` asks for more changes of
/// tables under load than the default.
@Suite(.serialized, .enabled(if: LiveLab.isUsable, "interfaces cannot be attached to here"))
struct AttachTests {
  static let modes = [
    ["--endpoint", "lab/web"], ["--endpoint", "lab/web", "--layout", "cilium", "--means", "clsact"],
    ["--layout", "cilium"],
  ]

  @Test("what policy allows works, what it denies is not answered, replies and ICMP errors pass", arguments: modes)
  func enforce(_ arguments: [String]) throws {
    let answers = try LiveLab.run("connectivity.sh", arguments + ["--mode", "enforce"]).answers
    #expect(
      answers == [
        "client web:8080": "yes", "client web:8080 IPv6": "yes", "client web:9090": "no", "client web:9090 IPv6": "no",
        "other web:8080": "no", "other web:8080 IPv6": "no", "client web:5353/udp": "yes",
        "client web:5353/udp IPv6": "yes", "client web:5454/udp": "no", "other web:5353/udp": "no",
        "client web ping": "yes", "client web ping IPv6": "yes", "other web ping": "no", "web other ping": "yes",
        "web other:7777/udp": "refused", "web other:7777/udp IPv6": "refused", "node web:8080": "yes", "exit": "0",
        "status after": #"{"attached":[]}"#,
      ])
  }

  @Test("audit mode drops nothing and reports what policy would refuse")
  func audit() throws {
    let run = try LiveLab.run("connectivity.sh", ["--endpoint", "lab/web", "--layout", "cilium", "-o", "jsonpb"])
    let answers = run.answers
    for (question, answer) in answers where answer == "no" { Issue.record("\(question): no answer") }
    #expect(answers["client web:9090"] == "yes" && answers["other web:5353/udp"] == "yes")
    let flows = try run.flows("log.out")
    let audited = flows.filter { $0.verdict == .audit }
    let ports = Set(audited.compactMap { $0.l4?.ports?.destination })
    #expect(ports.isSuperset(of: [8080, 9090, 5353, 5454]))
    #expect(!flows.contains { $0.verdict == .dropped })
    #expect(flows.allSatisfy { $0.interface.map { $0.index > 0 && !$0.name.isEmpty } ?? false })
    #expect(audited.allSatisfy { $0.destination.podName == "web" && $0.trafficDirection == .ingress })
  }

  @Test("a replay of what was captured meanwhile gives the same events")
  func replay() throws {
    let run = try LiveLab.run("capture.sh")
    #expect(run.answers["exit"] == "0")
    let arguments = ["client.pcap", "other.pcap", "--vantage", "endpoint", "-o", "jsonpb", "-q"]
    let replayed = try Weir.run(
      ["replay"] + arguments + ["-f", LiveLab.path("cluster.yaml"), "-f", LiveLab.path("policy.yaml")],
      in: run.scratch.folder)
    try #require(replayed.status == 0, "\(replayed.errors)")
    let engine = try replayed.lines.map { try Flow(json: String($0)) }
    let kernel = try run.flows("live.out")
    let (live, again) = (Self.tally(kernel), Self.tally(engine))
    let differences = Set(live.keys).union(again.keys).filter { live[$0] != again[$0] }
      .map { "\($0): live \(live[$0] ?? 0), replayed \(again[$0] ?? 0)" }
    #expect(differences.isEmpty)
    #expect(kernel.count(where: { $0.verdict == .dropped }) >= 8, "policy verdict and drop of four refused connections")
    #expect(kernel.count(where: { $0.verdict == .forwarded }) >= 8)
    print("live and replayed: \(kernel.count) events each")
  }

  /// Events without what tells two of the same kind apart.
  private static func tally(_ flows: [Flow]) -> [String: Int] {
    var counts: [String: Int] = [:]
    for flow in flows {
      guard let ip = flow.ip else { continue }
      // Neighbours and routers introduce themselves when they like.
      if case .icmpv6(let message) = flow.l4, message.type >= 130 { continue }
      let ends = "\(ip.source) \(ip.destination) \(flow.source.identity) \(flow.destination.identity)"
      let event =
        "\(flow.eventType) \(flow.verdict) \(flow.dropReason) \(flow.policyMatchType) \(flow.trafficDirection)"
      let policies = (flow.ingressAllowedBy + flow.egressAllowedBy).map(\.name)
      counts["\(ends) \(String(describing: flow.l4)) \(event) \(policies)", default: 0] += 1
    }
    return counts
  }

  @Test("tables are swapped under load and no packet is judged wrongly")
  func swap() throws {
    let swaps = ProcessInfo.processInfo.environment["WEIR_SWAPS"].flatMap { Int($0) } ?? 20
    let run = try LiveLab.run("swap.sh", ["--layout", "own"], before: [String(swaps)])
    #expect(run.answers["swaps"] == String(swaps))
    let counts = try run.lines.filter { $0.hasPrefix("{") }.map { try JSON.object($0) }
    let sent = try #require(counts.first)
    let received = try #require(counts.last)
    #expect(received["always"] as? Int == sent["sent"] as? Int, "none of what is always allowed is missing")
    #expect(received["never"] as? Int == 0)
    // On and off once for each swap: between two of them, all of a kind had the same verdict.
    #expect(received["sometimes_runs"] as? Int == swaps / 2 + 1)
    print("\(swaps) swaps: sent \(sent), received \(received)")
  }

  @Test("nothing is left of a run, and what a killed one leaves is shown and removed")
  func lifetime() throws {
    let run = try LiveLab.run("lifetime.sh")
    let none = #"{"attached":[]}"#
    var expected: [String: String] = [
      "second instance": "69 error: attach to web: another weir is attached to it already",
      "attach over remains":
        "69 error: attach to web: an earlier weir was killed and has left its filter at tc ingress",
      "clsact detached": "\(none), clsact 0", "other's clsact": "\(none), clsact 1", "tcx killed": none,
      "detached from outside": "exit 74, \(none); error: somebody else has detached the program from web",
      "interface gone": "exit 74; error: the interface other is gone, and the program with it",
      "no interface": "66 error: find the interface nope: this network namespace has none of that name",
      "no endpoint": "66 error: no local endpoint is called lab/nobody",
      "no privileges": "77 error: use BPF: the process lacks CAP_BPF and CAP_NET_ADMIN",
      "no bpf": "69 error: use BPF: the kernel has no bpf(2)",
      "metrics taken": "69 error: --metrics 192.0.2.1:9965: cannot be served: Cannot assign requested address",
      "status without privileges": "77 error: use BPF: the process lacks CAP_BPF and CAP_NET_ADMIN",
      "in the end": "\(none), clsact 0",
    ]
    for ending in ["tcx INT", "tcx TERM", "clsact INT", "clsact TERM"] {
      expected[ending] = "exit 0, \(none), clsact 0"
    }
    var answers = run.answers
    let killed = answers.removeValue(forKey: "clsact killed") ?? ""
    #expect(killed.components(separatedBy: #""left_behind":true"#).count == 3, "both filters: \(killed)")
    let unread = answers.removeValue(forKey: "nobody reads") ?? ""
    #expect(unread.hasPrefix("exit 0, \(none); detached from web: ") && !unread.hasSuffix(" 0 packets' events lost"))
    #expect(answers == expected)
  }
}

/// The namespaces of `Fixtures/live`.
enum LiveLab {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/live")

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  static let isUsable: Bool = {
    let check = """
      [[ $EUID == 0 ]] || { echo "not root"; exit 1; }
      for command in ip tc sysctl ping curl tcpdump setpriv python3; do
        command -v $command >/dev/null || { echo "there is no $command"; exit 1; }
      done
      "$WEIR" status -q 2>&1 || exit 1
      name=weir-check-$$
      ip netns add $name 2>&1 && ip netns delete $name
      """
    guard let run = try? Weir.shell(check), run.status != 0 else { return true }
    print("AttachTests are skipped: \(run.output)")
    return false
  }()

  struct Run {
    let scratch: Scratch
    let lines: [String]

    /// `question: answer`, a line each.
    var answers: [String: String] {
      var result: [String: String] = [:]
      for line in lines where !line.hasPrefix("{") {
        guard
          let colon = line.range(
            of: ": ", options: line.hasPrefix("client") || line.hasPrefix("other ") ? .backwards : [])
        else { continue }
        result[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
      }
      return result
    }

    func flows(_ name: String) throws -> [Flow] {
      let text = try String(contentsOfFile: scratch.path(name), encoding: .utf8)
      return try text.split(separator: "\n").map { try Flow(json: String($0)) }
    }
  }

  /// - Parameter before: arguments ahead of the folder for what the script leaves.
  static func run(_ script: String, _ arguments: [String] = [], before: [String] = []) throws -> Run {
    let scratch = try Scratch()
    // Tests run on threads that block signals, and children would inherit that.
    let unblock =
      "import os,signal,sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execvp(sys.argv[1], sys.argv[1:])"
    let run = try Weir.shell(
      #"exec python3 -c "$1" timeout --kill-after=10 1800 bash "${@:2}""#,
      [unblock, path(script)] + before + [scratch.folder.path] + arguments)
    try #require(run.status == 0, "\(run.output)\n\(run.errors)")
    return Run(scratch: scratch, lines: run.output.split(separator: "\n").map(String.init))
  }
}
