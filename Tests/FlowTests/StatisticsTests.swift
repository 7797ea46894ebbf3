import Testing

@testable import Flow

@Suite("Totals of a replay")
struct StatisticsTests {
  private var filled: ReplayStatistics {
    var totals = ReplayStatistics()
    totals.packets = 12_345
    totals.bytes = 6_000_000
    totals.flows = 120
    totals.seconds = 1.25
    totals.verdicts.forwarded = 12_000
    totals.verdicts.dropped = 300
    totals.verdicts.redirected = 40
    totals.sightings = 5
    totals.flowVerdicts.forwarded = 100
    totals.flowVerdicts.redirected = 3
    totals.flowVerdicts.dropped = 17
    totals.dropReasons = [.policyDeny: 100, .policyDenied: 200]
    totals.l7.httpRequests = 40
    totals.l7.httpDenied = 2
    totals.packetsBy.ipv4 = 12_345
    totals.latency = [.init(hop: "egress", count: 10, p50: 90, p90: 120, p99: 200, p999: 1500, max: 20_000)]
    totals.limits.connectionsEvicted = 4
    totals.deniedPairs.add(Sample.dropped, count: 200)
    totals.deniedPairs.add(Sample.frame)
    return totals
  }

  @Test("the document of an empty replay has every key")
  func empty() {
    #expect(
      String(decoding: ReplayStatistics().json(), as: UTF8.self) == #"""
        {"packets":0,"bytes":0,"flows":0,"seconds":0.000000,
         "verdicts":{"FORWARDED":0,"DROPPED":0,"REDIRECTED":0,"AUDIT":0,"UNJUDGED":0},
         "flow_verdicts":{"FORWARDED":0,"DROPPED":0,"AUDIT":0,"UNJUDGED":0},
         "sightings":0,
         "drop_reasons":{},
         "l7":{"http_requests":0,"http_denied":0,"dns_queries":0,"dns_denied":0,"tls_sni":0,"sni_denied":0,"kafka_requests":0},
         "packets_by":{"ipv4":0,"ipv6":0,"arp":0,"other":0,"tcp":0,"udp":0,"sctp":0,"icmp":0,"fragments":0,"truncated":0,"malformed":0},
         "latency_ns":{},
         "limits":{"connections_evicted":0,"reassembly_dropped":0}}

        """#)
  }

  @Test("the document of a full one")
  func full() throws {
    let text = String(decoding: filled.json(), as: UTF8.self)
    #expect(text.contains(#""seconds":1.250000"#))
    #expect(text.contains(#""flow_verdicts":{"FORWARDED":103,"DROPPED":17,"#))
    #expect(text.contains(#""drop_reasons":{"POLICY_DENIED":200,"POLICY_DENY":100}"#))
    #expect(
      text.contains(
        #""latency_ns":{"egress":{"count":10,"p50":90,"p90":120,"p99":200,"p999":1500,"max":20000}}"#))
    #expect(throws: Never.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test("the summary is for people")
  func summary() {
    #expect(
      filled.summary() == """
        12,345 packets, 6,000,000 bytes, 120 flows in 1.250 s
        5 packets were seen again at another capture point

        VERDICT     PACKETS  SHARE  FLOWS
        FORWARDED    12,000  97.2%    100
        REDIRECTED       40   0.3%      3
        DROPPED         300   2.4%     17

        DROP REASON                PACKETS
        Policy denied                  200
        Policy denied by denylist      100

        DENIED FROM        TO                   REASON                   COUNT
        zoo/lion-0         zoo/keeper-1:80/TCP  Policy denied              200
        02:00:00:00:00:01  02:00:00:00:00:ff    Unsupported L3 protocol      1

        L7             MESSAGES  DENIED
        HTTP requests        40       2

        HOP (ns)  COUNT  P50  P90  P99  P99.9     MAX
        egress       10   90  120  200  1,500  20,000

        The connection table was full: 4 were forgotten early.

        """)
  }

  @Test("pairs are bounded, and what finds no room is counted")
  func bounded() {
    var pairs = DeniedPairs(limit: 2)
    for name in ["a", "b", "c", "a"] {
      pairs.add(DeniedPairs.Pair(source: name, destination: "x:1/TCP", reason: .policyDenied))
    }
    #expect(pairs.top(5).map(\.pair.source) == ["a", "b"])
    #expect(pairs.top(1).map(\.count) == [2])
    #expect(pairs.others == 1)
  }

  @Test("parts of a replay add up")
  func merging() {
    var whole = filled
    whole.merge(filled)
    #expect(whole.packets == 24_690)
    #expect(whole.verdicts.redirected == 80)
    #expect(whole.dropReasons[.policyDeny] == 200)
    #expect(whole.l7.httpDenied == 4)
    #expect(whole.packetsBy.ipv4 == 24_690)
    #expect(whole.limits.connectionsEvicted == 8)
    #expect(whole.deniedPairs.top(1).map(\.count) == [400])
    #expect(whole.seconds == 1.25)
  }
}
