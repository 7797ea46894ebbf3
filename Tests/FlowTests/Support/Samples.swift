import Addresses

@testable import Flow

/// A small cast of flows for the tests that need no data from outside.
enum Sample {
  /// 2026-03-05T07:08:09.012345678Z, on a day with one digit.
  static let time: Int64 = 1_772_694_489_012_345_678

  static let client = FlowEndpoint(
    id: 7, identity: 4001, clusterName: "home", namespace: "zoo", labels: ["k8s:app=lion", "k8s:tier=wild"],
    podName: "lion-0", workloads: [FlowEndpoint.Workload(name: "lion", kind: "StatefulSet")])

  static let server = FlowEndpoint(
    id: 9, identity: 4002, clusterName: "home", namespace: "zoo", labels: ["k8s:app=keeper"], podName: "keeper-1")

  private static func base(_ verdict: Flow.Verdict, _ event: Flow.EventType) -> Flow {
    var flow = Flow()
    flow.time = time
    flow.verdict = verdict
    flow.eventType = event
    flow.type = .l3l4
    flow.nodeName = "barn"
    flow.ethernet = Flow.Ethernet(source: 0x0200_0000_0001, destination: 0x0200_0000_00ff)
    flow.ip = Flow.IP(source: IPAddress(ipv4: 0x0a00_0001), destination: IPAddress(ipv4: 0x0a00_0002))
    flow.l4 = .tcp(Flow.TCP(source: 40_000, destination: 80, flags: .syn))
    flow.source = client
    flow.destination = server
    flow.trafficDirection = .ingress
    flow.summary = .derived
    return flow
  }

  static var forwarded: Flow {
    var flow = base(.forwarded, .trace(.toEndpoint))
    flow.traceObservationPoint = .toEndpoint
    flow.isReply = false
    return flow
  }

  static var dropped: Flow {
    var flow = base(.dropped, .drop(.policyDenied))
    flow.dropReason = .policyDenied
    return flow
  }

  static var allowed: Flow {
    var flow = base(.redirected, .policyVerdict)
    flow.policyMatchType = .l3l4
    flow.isReply = false
    flow.ingressAllowedBy = [
      Flow.Policy(name: "feed", namespace: "zoo", revision: 3, kind: "CiliumNetworkPolicy"),
      Flow.Policy(name: "", namespace: "zoo", kind: "NetworkPolicy"),
      Flow.Policy(name: "all", namespace: "", kind: "CiliumClusterwideNetworkPolicy"),
    ]
    return flow
  }

  /// An answer over IPv6, from a service, to an address that only has names.
  static var response: Flow {
    var flow = base(.forwarded, .accessLog)
    flow.type = .l7
    flow.ethernet = nil
    flow.ip = Flow.IP(
      source: IPAddress(ipv6High: 0xfd00_0000_0000_0000, low: 2),
      destination: IPAddress(ipv6High: 0xfd00_0000_0000_0000, low: 1))
    flow.l4 = .tcp(Flow.TCP(source: 80, destination: 40_000))
    flow.source.podName = ""
    flow.sourceService = Flow.Service(name: "hay", namespace: "stores")
    flow.destination = FlowEndpoint(identity: 2, labels: ["reserved:world"])
    flow.isReply = true
    flow.l7 = Flow.Layer7(
      type: .response, latencyNanoseconds: 12_345_678,
      record: .http(Flow.HTTP(code: 404, method: "GET", url: "http://hay/a%20b?q=1", version: "HTTP/2")))
    return flow
  }

  static var frame: Flow {
    var flow = base(.dropped, .drop(.unsupportedL3Protocol))
    flow.dropReason = .unsupportedL3Protocol
    flow.ip = nil
    flow.l4 = nil
    flow.source = FlowEndpoint()
    flow.destination = FlowEndpoint()
    return flow
  }

  static let lost = FlowEvent(
    .lostEvents(LostEvents(source: .observerEventsQueue, count: 12, cpu: 3)), nodeName: "barn", time: time)

  static var events: [FlowEvent] {
    [forwarded, dropped, allowed, response, frame].map { FlowEvent($0) } + [lost]
  }
}
