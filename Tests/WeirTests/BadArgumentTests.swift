import Testing

/// Command lines that make no sense: exit code 64, an error that shows what was typed, and nothing on standard output.
@Suite struct BadArgumentTests {
  private func expectUsageError(_ arguments: [String], _ message: String, usage: String) throws {
    let run = try Lab.run(arguments)
    #expect(run.status == 64, "\(arguments)")
    #expect(run.errors.hasPrefix("error: \(message)"), "\(arguments): \(run.errors)")
    #expect(run.errors.contains("Usage: weir \(usage)"), "\(arguments)")
    #expect(run.output.isEmpty, "\(arguments)")
  }

  @Test(arguments: [
    (["--fqdn", "name"], "The value 'name' is invalid for '--fqdn"),
    (["--fqdn", "name="], "The value 'name=' is invalid for '--fqdn"),
    (["--fqdn", "=10.0.0.1"], "The value '=10.0.0.1' is invalid for '--fqdn"),
    (["--fqdn", "name=10.0.0"], "The value 'name=10.0.0' is invalid for '--fqdn"),
    (["--fqdn", "name=10.0.0.1,"], "The value 'name=10.0.0.1,' is invalid for '--fqdn"),
    (["--set", "key"], "The value 'key' is invalid for '--set"),
    (["--set", "=value"], "The value '=value' is invalid for '--set"),
    (["--enable-policy", "maybe"], "The value 'maybe' is invalid for '--enable-policy"),
    (["--validate", "loose"], "The value 'loose' is invalid for '--validate"),
    (["--compat", "1.18"], "The value '1.18' is invalid for '--compat"),
    (["--no-such-flag"], "Unknown option '--no-such-flag'"),
    (["-f", "-", "-f", "-"], "standard input can be read only once"),
  ])
  func everyCommandRefusesBadInputFlags(_ flags: [String], _ message: String) throws {
    try expectUsageError(["replay", "demo.pcap"] + Lab.inForce + flags, message, usage: "replay")
    try expectUsageError(["compile"] + Lab.inForce + flags, message, usage: "compile")
    let trace = ["trace", "--from", "demo/test", "--to", "10.0.0.1", "--to-port", "80"]
    try expectUsageError(trace + Lab.inForce + flags, message, usage: "trace")
  }

  @Test func withoutObjectsThereIsNothingToJudgeBy() throws {
    let message = "no input: name the cluster dump and the policies with -f PATH"
    try expectUsageError(["replay", "demo.pcap"], message, usage: "replay")
    try expectUsageError(["compile"], message, usage: "compile")
    try expectUsageError(["trace", "--from", "a/b", "--to", "c/d", "--to-port", "1"], message, usage: "trace")
    try expectUsageError(["replay"] + Lab.inForce, "Missing expected argument '<capture> ...'", usage: "replay")
  }

  @Test(arguments: [
    (["--verdict", "MAYBE"], "--verdict: unknown verdict \"MAYBE\""),
    (["--type", "event"], "--type: unknown type \"event\""),
    (["--protocol", "quic"], "--protocol: unknown protocol \"quic\""),
    (["--port", "99999"], "--port: \"99999\" is not a port"),
    (["--to-port", "http"], "--to-port: \"http\" is not a port"),
    (["--ip", "10.0.0"], "--ip: \"10.0.0\" is not an IP address"),
    (["--from-ip", "10.0.0.0/33"], "--from-ip: \"10.0.0.0/33\""),
    (["--identity", "nobody"], "--identity: \"nobody\" is not an identity"),
    (["--label", "=="], "--label: \"==\" is not a label selector"),
    (["-l", "=="], "--label: \"==\" is not a label selector"),
    (["--to-fqdn", "["], "--to-fqdn: \"[\""),
    (["--http-path", "("], "--http-path: \"(\" is not a regular expression"),
    (["--http-status", "9x"], "--http-status: \"9x\""),
    (["--drop-reason-desc", "BAD_MOOD"], "--drop-reason-desc: unknown drop reason \"BAD_MOOD\""),
    (["--since", "soon"], "--since: \"soon\" is neither a time"),
    (["--first", "few"], "The value 'few' is invalid for '--first"),
    (["--last", "9999999"], "--last: 9999999 is too many"),
    (["--first", "1", "--last", "1"], "--first and --last cannot be combined"),
    (["--not"], "--not negates the filter after it, and there is none"),
    (["--not", "--first", "1"], "--first: cannot be negated"),
    (["-o", "yaml"], "The value 'yaml' is invalid for '-o <output>'"),
    (["--midstream", "guess"], "The value 'guess' is invalid for '--midstream"),
  ])
  func replayRefusesBadFilters(_ flags: [String], _ message: String) throws {
    try expectUsageError(["replay", "demo.pcap"] + Lab.inForce + flags, message, usage: "replay")
  }

  @Test func aBadPacketFilterIsToldByItsCapture() throws {
    let run = try Lab.run(["replay", "demo.pcap", "--filter", "no such thing"] + Lab.inForce)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("error: demo.pcap: bad filter 'no such thing': "))
    #expect(run.errors.contains("hint: the syntax is that of pcap-filter(7), as in tcpdump"))
  }

  @Test(arguments: [
    (["--to", "10.0.0.1", "--to-port", "80"], "give both --from and --to, or --probes"),
    (["--from", "demo/test", "--to", "10.0.0.1"], "give a port with --to-port or a type with --icmp-type"),
    (["--from", "test", "--to", "10.0.0.1", "--to-port", "80"], "--from test: expected NAMESPACE/POD"),
    (
      ["--from", "demo/test", "--to", "10.0.0.1", "--to-port", "99999"],
      "--to-port 99999: ports are 0 to 65535, or a name"
    ),
    (["--from", "demo/test", "--to", "10.0.0.1", "--to-port", "80/XTP"], "--to-port 80/XTP: expected PORT/PROTOCOL"),
    (
      ["--from", "demo/test", "--to", "10.0.0.1", "--to-port", "80/TCP/1"], "--to-port 80/TCP/1: expected PORT/PROTOCOL"
    ),
    (["--from", "demo/test", "--to", "10.0.0.1", "--icmp-type", "300"], "The value '300' is invalid for '--icmp-type"),
    (["--probes", "x", "--from", "demo/test"], "--probes stands alone"),
    (["--probes", "-", "-f", "-"], "standard input can be read only once"),
  ])
  func traceRefusesBadQuestions(_ flags: [String], _ message: String) throws {
    try expectUsageError(["trace"] + Lab.inForce + flags, message, usage: "trace")
  }

  @Test func anOptionOfCiliumThatWeirDoesNotReadIsAWarning() throws {
    let run = try Lab.run(["compile", "--stats", "--set", "enable-polcy=always"] + Lab.inForce)
    #expect(run.status == 0)
    #expect(
      run.errors == """
        warning: --set enable-polcy: Weir reads no such option, so it changes nothing [unknown-option]
        hint: did you mean enable-policy?

        """)
    let value = try Lab.run(["compile", "--stats", "--set", "enable-ipv6=perhaps"] + Lab.inForce)
    #expect(value.status == 0)
    #expect(value.errors == "warning: option enable-ipv6: expected true or false, found \"perhaps\" [setting-value]\n")
  }

  @Test func unknownNamesComeWithTheNearestKnownOne() throws {
    let cases: [([String], Int32, String)] = [
      (
        ["trace", "--from", "demo/tset", "--to", "10.0.0.1", "--to-port", "80"], 66,
        "error: no pod is called demo/tset\nhint: did you mean demo/test?\n"
      ),
      (
        ["trace", "--from", "demo/test", "--to", "demo/postgres-1", "--to-port", "80"], 66,
        "error: no pod is called demo/postgres-1\nhint: did you mean demo/postgres-0?\n"
      ),
      (
        ["trace", "--from", "reserved:hots", "--to", "demo/test", "--to-port", "80"], 66,
        "error: there is no reserved:hots\nhint: known: reserved:host"
      ),
      (
        ["trace", "--from", "demo/test", "--to", "demo/postgres-0", "--to-port", "http"], 66,
        "error: demo/postgres-0 has no TCP port called http\n"
      ),
      (["trace", "--probes", "missing.jsonl"], 66, "error: missing.jsonl: no such file\n"),
      (
        ["compile", "--endpoint", "demo/tset"], 66,
        "error: no local endpoint is called demo/tset\nhint: did you mean demo/test?\n"
      ),
      (
        ["compile", "--node", "lab-wroker"], 0,
        "warning: no node is called lab-wroker, so no pod is local and nothing is judged [unknown-node]\nhint: nodes: lab-control-plane, lab-worker\n"
      ),
    ]
    for (arguments, status, message) in cases {
      let run = try Lab.run(arguments + Lab.inForce)
      #expect(run.status == status, "\(arguments)")
      #expect(run.errors.hasPrefix(message), "\(arguments): \(run.errors)")
    }
  }

  @Test func badProbesAreNamedByLineAndTheOthersAnswered() throws {
    let good = #"{"from":{"pod":"demo/test"},"to":{"ip":"10.0.0.1"},"protocol":"TCP","port":80}"#
    let probes = [
      good, "", "nonsense", good.replacing("demo/test", with: "demo/nobody"), good.replacing("TCP", with: "XTP"),
      good.replacing("10.0.0.1", with: "10.0.0"), good.replacing("80", with: "80000"),
      good.replacing(#""ip":"10.0.0.1""#, with: #""ip":"10.0.0.1","pod":"a/b""#), good,
    ]
    let run = try Lab.run(
      ["trace", "--probes", "-", "-o", "json"] + Lab.inForce, input: Array(probes.joined(separator: "\n").utf8))
    #expect(run.status == 65)
    for message in [
      "error: <stdin>:3:1: not a probe\n", "error: <stdin>:4:1: no pod is called demo/nobody\n",
      "error: <stdin>:5:1: XTP is no known protocol\n", "error: <stdin>:6:1: 10.0.0 is no IP address\n",
      "error: <stdin>:7:1: 80000 is no port\n", "error: <stdin>:8:1: an end has exactly one of pod, ip and reserved\n",
    ] { #expect(run.errors.contains(message), "\(message)") }
    #expect(run.lines.count == 8)
    #expect(run.lines.first == run.lines.last)
    #expect(run.lines.filter { $0 == #"{"error":true}"# }.count == 6)
  }
}
