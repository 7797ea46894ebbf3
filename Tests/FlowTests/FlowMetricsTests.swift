import Addresses
import Flow
import Testing

@Suite struct FlowMetricsTests {
  private func text(_ flows: [Flow], lost: UInt64 = 0) -> [Substring] {
    var metrics = FlowMetrics()
    for flow in flows { metrics.count(flow) }
    metrics.countLost(lost)
    var text = PrometheusText()
    metrics.write(to: &text)
    return String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
  }

  private func packet(_ verdict: Flow.Verdict, _ event: Flow.EventType, flags: Flow.TCPFlags = .syn) -> Flow {
    var flow = Flow()
    flow.verdict = verdict
    flow.eventType = event
    flow.trafficDirection = .ingress
    flow.ip = Flow.IP(source: IPAddress(ipv4: 0x0a00_0001), destination: IPAddress(ipv4: 0x0a00_0002))
    flow.l4 = .tcp(.init(source: 1024, destination: 80, flags: flags))
    flow.isReply = verdict == .dropped ? nil : false
    return flow
  }

  @Test("families have Hubble's names and labels, and a denied packet counts as verdict and as drop")
  func families() {
    var allowed = packet(.forwarded, .policyVerdict)
    allowed.policyMatchType = .l3l4
    var denied = packet(.dropped, .policyVerdict)
    denied.dropReason = .policyDenied
    var drop = denied
    drop.eventType = .drop(.policyDenied)
    let lines = text([allowed, denied, drop], lost: 7)
    #expect(lines.contains("# TYPE hubble_flows_processed_total counter"))
    for line in [
      #"hubble_flows_processed_total{protocol="TCP",type="PolicyVerdict",subtype="",verdict="FORWARDED"} 1"#,
      #"hubble_flows_processed_total{protocol="TCP",type="Drop",subtype="",verdict="DROPPED"} 1"#,
      #"hubble_drop_total{reason="POLICY_DENIED",protocol="TCP"} 2"#,
      #"hubble_policy_verdicts_total{direction="ingress",match="l3-l4",action="forwarded"} 1"#,
      #"hubble_policy_verdicts_total{direction="ingress",match="none",action="dropped"} 1"#,
      #"hubble_tcp_flags_total{flag="SYN",family="IPv4"} 1"#,
      #"hubble_port_distribution_total{protocol="TCP",port="80"} 1"#,
      #"hubble_lost_events_total{source="perf_event_ring_buffer"} 7"#,
    ] {
      #expect(lines.contains(Substring(line)), "\(line)")
    }
  }

  @Test("a flow to the world and an ICMP message are counted in their families")
  func worldAndICMP() {
    var flow = packet(.forwarded, .trace(.toStack))
    flow.destination.identity = 2
    var echo = flow
    echo.l4 = .icmpv4(.init(type: 8, code: 0))
    let lines = text([flow, echo])
    #expect(lines.contains(#"hubble_flows_to_world_total{protocol="TCP",verdict="FORWARDED"} 1"#))
    #expect(lines.contains(#"hubble_icmp_total{family="IPv4",type="EchoRequest"} 1"#))
    #expect(
      lines.contains(
        #"hubble_flows_processed_total{protocol="TCP",type="Trace",subtype="to-stack",verdict="FORWARDED"} 1"#))
  }

  @Test("label values are escaped")
  func escapes() {
    var text = PrometheusText()
    text.family("a_total", .counter, help: "back\\slash")
    text.sample([("file", "a\"b\\c\nd")], 3)
    #expect(
      String(decoding: text.bytes, as: UTF8.self)
        == "# HELP a_total back\\\\slash\n# TYPE a_total counter\na_total{file=\"a\\\"b\\\\c\\nd\"} 3\n")
  }
}
