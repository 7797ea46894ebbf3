import Addresses
import Testing

@testable import Flow

@Suite("Filters")
struct FilterTests {
  private func selection(_ flags: String) throws -> FlowSelection {
    try #require(try FilterLine.selection(flags))
  }

  private func kept(_ flags: String) throws -> String {
    FilterLine.kept(of: Sample.events, try selection(flags))
  }

  @Test(
    "options select among the samples: forwarded, dropped, allowed, response, frame, lost",
    arguments: [
      ("", "1,2,3,4,5,lost"), ("--verdict dropped", "2,5"), ("--verdict REDIRECTED --verdict FORWARDED", "1,3,4"),
      ("--type drop", "2,5"), ("--type drop:139", "5"), ("--type trace:to-endpoint", "1"), ("--type 129", "4"),
      ("--pod zoo/lion", "1,2,3"), ("--to-pod zoo/lion", ""), ("--from-pod /lion", "1,2,3"),
      ("--pod lion", ""), ("-n zoo", "1,2,3,4"), ("--namespace zoo --verdict DROPPED", "2"),
      ("--to-namespace zoo", "1,2,3"), ("--service stores/hay", "4"), ("--to-port 80", "1,2,3"),
      ("--port 80", "1,2,3,4"),
      ("--ip 10.0.0.0/31", "1,2,3"), ("--to-ip fd00::1", "4"), ("-6", "4"), ("--ip-version none", "5"),
      ("--identity 4002", "1,2,3"), ("--to-identity world", "4"), ("--label app=lion", "1,2,3,4"),
      ("--to-label app=keeper", "1,2,3"), ("--workload StatefulSet/", "1,2,3,4"), ("--workload lion", "1,2,3,4"),
      ("--http-status 4+", "4"), ("--http-status 200", ""), ("--http-method get", "4"), ("--http-path b$", "4"),
      ("--http-path q=1", ""), ("--http-url q=1$", "4"), ("--tcp-flags SYN", "1,2,3"), ("--reply true", "4"),
      ("--reply false", "1,2,3,5"), ("--traffic-direction INGRESS", "1,2,3,4,5"), ("--cluster home", "1,2,3,4"),
      ("--node-name b*n", "1,2,3,4,5"), ("--node-name default/barn", "1,2,3,4,5"), ("--node-name far/", ""),
      ("--drop-reason-desc policy_denied", "2"), ("--not --verdict DROPPED", "1,3,4,lost"),
      ("--not --verdict DROPPED --not --pod zoo/lion", "1,3,4,5,lost"), ("--first 1", "1"), ("--last 2", "5,lost"),
      ("--last 0", ""), ("--first 1 --verdict DROPPED", "2"),
      ("--since 2026-03-05T07:08:09.012345678Z", "1,2,3,4,5,lost"),
      ("--until 2026-03-05T07:08:09.012345677Z", ""), ("--label !app", "4,5,lost"),
    ])
  func selects(flags: String, expected: String) throws {
    #expect(try kept(flags) == expected, "\(flags)")
  }

  @Test(
    "an error names the option and what it wants",
    arguments: [
      (
        "--verdict MAYBE",
        "--verdict: unknown verdict \"MAYBE\"; one of FORWARDED, DROPPED, ERROR, AUDIT, REDIRECTED, TRACED, TRANSLATED"
      ),
      ("--ip 10.0.0.0/33", "--ip: \"10.0.0.0/33\" is not an address block (CIDR)"),
      ("--to-ip x", "--to-ip: \"x\" is not an IP address"),
      ("--port 70000", "--port: \"70000\" is not a port from 0 to 65535"),
      ("--from-port -1", "--from-port: \"-1\" is not a port from 0 to 65535"),
      ("--http-status 4", "--http-status: \"4\" is neither an HTTP status such as 403 nor a prefix such as 4+"),
      ("--http-status 600", "--http-status: \"600\" is neither an HTTP status such as 403 nor a prefix such as 4+"),
      ("--http-path (", "--http-path: \"(\" is not a regular expression: missing ): ("),
      ("--http-header x", "--http-header: \"x\" is not a header; must be NAME:VALUE"),
      (
        "--type x",
        "--type: unknown type \"x\"; one of drop, debug, capture, trace, policy-verdict, trace-sock, l7, agent, or a number"
      ),
      ("--tcp-flags syn,x", "--tcp-flags: unknown TCP flag \"x\"; one of FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, NS"),
      (
        "--identity x",
        "--identity: \"x\" is not an identity; a number or one of unknown, host, world, unmanaged, health, init, remote-node, kube-apiserver, ingress, world-ipv4, world-ipv6"
      ),
      (
        "--protocol x",
        "--protocol: unknown protocol \"x\"; one of tcp, udp, sctp, icmp, icmpv4, icmpv6, vrrp, igmp, dns, http, kafka"
      ),
      ("--to-fqdn a_b.é", "--to-fqdn: \"a_b.é\": a name cannot have the character \"é\""),
      ("--label a==b==c", "--label: \"a==b==c\" is not a label selector: unexpected \"=\""),
      ("--pod a/b --ip 10.0.0.1", "--ip: cannot be combined with --pod"),
      ("--first x", "--first: \"x\" is not a number of events"),
      ("--last 1000001", "--last: 1000001 is too many; at most 1000000 events can be kept back"),
      ("--first 1 --last 1", "--first and --last cannot be combined"),
      ("--since x", "--since: \"x\" is neither a time such as 2026-07-14T09:30:00Z nor a duration such as 5m"),
      ("--not --first 1", "--first: cannot be negated"),
      ("--type drop --http-status 200", "--http-status: filters on HTTP match l7 events only, which --type leaves out"),
      ("--namespace a --service b/c", "\"b/c\" is not in the namespace a"),
    ])
  func errors(flags: String, message: String) {
    do {
      _ = try FilterLine.selection(flags)
      #expect(Bool(false), "\(flags) was accepted")
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test("an unknown option is refused")
  func unknownOption() {
    var parser = FlowFilterParser(now: 0)
    #expect(throws: FlowFilterError(flag: "--colour", "there is no such filter")) {
      try parser.add(flag: "colour", value: "red")
    }
  }

  @Test("--since counts durations back from now")
  func since() throws {
    var parser = FlowFilterParser(now: 10_000_000_000)
    try parser.add(flag: "since", value: "3s")
    #expect(try parser.makeSelection().since == 7_000_000_000)
  }

  @Test(
    "label selectors",
    arguments: [
      ("app", true), ("!app", false), ("app=a", true), ("app == a", true), ("app!=a", false), ("app!=b", true),
      ("k8s:app=a", true), ("any:app=a", true), ("reserved:app=a", false), ("app in (b, a)", true),
      ("app notin (b,c)", true), ("app notin (a)", false), ("gone notin (a)", true), ("gone!=a", true), ("gone", false),
      ("app=a,n>4", true), ("app=a, n<4", false), ("n in (5),!gone", true), ("reserved:world", true), ("", true),
      ("world=", true), ("plain=x", true), ("k8s:plain=x", false), ("n>x5", nil), ("app in a", nil), ("app in (a", nil),
      (",", nil), ("a b", nil), ("=a", nil), ("app=a/b", nil), ("k8s:", nil),
    ])
  func labels(selector: String, expected: Bool?) {
    let labels = ["k8s:app=a", "k8s:n=5", "reserved:world", "plain=x"]
    #expect((try? LabelFilter(selector))?.matches(labels) == expected, "\(selector)")
  }

  @Test(
    "the path of a URL",
    arguments: [
      ("http://a/b/c?d", "/b/c"), ("http://a", ""), ("http://a?x", ""), ("/x%2Fy?z", "/x/y"), ("http://a/%zz", nil),
      ("a/b", nil), ("", nil), ("http://a/\u{1}", nil), ("http://u:p@[::1]:80/p#f", "/p#f"), ("/%4", nil),
    ])
  func paths(url: String, expected: String?) {
    #expect(URLPath.path(ofURL: url) == expected)
  }

  @Test("a filter given as JSON takes any value of each of its fields")
  func json() throws {
    let filter = try FlowFilter(
      json:
        #"{"sourcePod":["zoo/lion"],"verdict":["DROPPED",4],"eventType":[{"type":1,"matchSubType":true,"subType":133}]}"#
    )
    #expect(Sample.events.compactMap(\.flow).map { filter.matches($0) } == [false, true, false, false, false])
    #expect(throws: FlowFilterError.self) { try FlowFilter(json: "{") }
    #expect(throws: FlowFilterError.self) { try FlowFilter(json: #"{"verdict":["X"]}"#) }
    #expect(throws: FlowFilterError.self) { try FlowFilter(json: #"{"sourcePort":["x"]}"#) }
  }

  @Test("RE2 compiles each expression once and finds it anywhere")
  func expressions() throws {
    let expression = try RegularExpression("b+$")
    #expect(expression.finds(in: "abb"))
    #expect(!expression.finds(in: "abba"))
    #expect(!expression.finds(in: ""))
    #expect(try RegularExpression("").finds(in: ""))
  }
}
