import Addresses
import Flow
import Testing

/// Packets to a service's ClusterIP are judged by the backend that they are for.
@Suite struct ServiceReplayTests {
  private func flows(_ capture: CaptureBytes, _ flags: [String] = []) throws -> [Flow] {
    let scratch = try SmallCluster.scratch(["capture.pcap": capture.bytes])
    let run = try Weir.run(
      ["replay", "capture.pcap", "-o", "jsonpb", "-q"] + SmallCluster.inForce + flags, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    return try run.lines.map { try Flow(json: String($0)) }
  }

  @Test func aServiceIsJudgedByItsBackendAndTheBackendsPort() throws {
    var capture = CaptureBytes()
    capture.tcp("10.0.0.1", 40000, "10.96.0.1", 80)
    let flows = try flows(capture)
    try #require(flows.count == 2)
    let verdict = flows[1]
    #expect(verdict.trafficDirection == .ingress)
    #expect(verdict.verdict == .forwarded)
    #expect(verdict.authType == .spire)
    #expect(verdict.ingressAllowedBy.map(\.name) == ["server"])
    for flow in flows {
      #expect(flow.destination.podName == "server")
      #expect(flow.ip?.destination.description == "10.0.0.2")
      #expect(flow.l4?.ports?.destination == 8080)
      // No service has the translated address and port.
      #expect(flow.destinationService == nil && flow.sourceService == nil)
    }
  }

  @Test func filtersAndTotalsKnowTheBackendsAddressAndPort() throws {
    var capture = CaptureBytes()
    capture.tcp("192.168.0.1", 40001, "10.96.0.1", 80)
    for flags in [["--to-port", "8080"], ["--ip", "10.0.0.2"], ["--to-pod", "ns/server"]] {
      #expect(try flows(capture, flags).count == 2, "\(flags)")
    }
    for flags in [["--to-port", "80"], ["--ip", "10.96.0.1"]] {
      #expect(try flows(capture, flags).isEmpty, "\(flags)")
    }
    let scratch = try SmallCluster.scratch(["capture.pcap": capture.bytes])
    for format in ["compact", "summary"] {
      let run = try Weir.run(["replay", "capture.pcap", "-o", format] + SmallCluster.inForce, in: scratch.folder)
      #expect((run.output + run.errors).contains("ns/server:8080/TCP  Policy denied"), "\(run.output)\(run.errors)")
    }
  }

  @Test func whatThePolicyRefusesAtThePodItRefusesThroughTheService() throws {
    var capture = CaptureBytes()
    // The agent is the server's own host and gets in; the other node does not.
    capture.tcp("192.168.0.2", 40000, "10.96.0.1", 80)
    capture.tcp("192.168.0.1", 40001, "10.96.0.1", 80)
    let flows = try flows(capture)
    #expect(flows.map(\.verdict) == [.forwarded, .dropped, .dropped])
    #expect(flows.last?.dropReason.rawValue == 133)
  }

  @Test func repliesFromTheServicesAddressPass() throws {
    var capture = CaptureBytes()
    capture.tcp("10.0.0.1", 40000, "10.96.0.1", 80)
    capture.tcp("10.96.0.1", 80, "10.0.0.1", 40000, .synAck)
    capture.tcp("10.0.0.1", 40000, "10.96.0.1", 80, .ack)
    #expect(try flows(capture).count == 2)
    let every = try flows(capture, ["--packets"])
    #expect(every.count == 6)
    #expect(every.allSatisfy { $0.verdict == .forwarded })
    let replies = every.filter { $0.isReply == true }
    #expect(replies.count == 2)
    for reply in replies {
      #expect(reply.source.podName == "server")
      #expect(reply.destinationService == nil)
    }
    // Translated back when it is delivered to the client.
    let sent = try #require(replies.first { $0.trafficDirection == .egress })
    #expect(sent.ip?.source.description == "10.0.0.2" && sent.l4?.ports?.source == 8080 && sent.sourceService == nil)
    let delivered = try #require(replies.first { $0.trafficDirection == .ingress })
    #expect(delivered.ip?.source.description == "10.96.0.1" && delivered.l4?.ports?.source == 80)
    #expect(delivered.sourceService == Flow.Service(name: "server", namespace: "ns"))
  }

  @Test func aServiceWithoutBackendsDropsWith158() throws {
    var capture = CaptureBytes()
    capture.tcp("10.0.0.1", 40000, "10.96.0.2", 80)
    let flows = try flows(capture)
    try #require(flows.count == 1)
    #expect(flows[0].verdict == .dropped)
    #expect(flows[0].dropReason.rawValue == 158)
    #expect(flows[0].dropReason.protobufName == "SERVICE_BACKEND_NOT_FOUND")
    #expect(flows[0].eventType.type == 1)
    #expect(flows[0].trafficDirection == .egress)
    #expect(flows[0].destinationService == Flow.Service(name: "nobody", namespace: "ns"))
  }

  @Test func anAddressThatIsNoServiceIsTheWorld() throws {
    var capture = CaptureBytes()
    capture.tcp("10.0.0.1", 40000, "10.96.0.9", 80)
    let flows = try flows(capture)
    try #require(flows.count == 1)
    #expect(flows[0].verdict == .forwarded)
    #expect(flows[0].destination.labels == ["reserved:world-ipv4"] || flows[0].destination.labels == ["reserved:world"])
    #expect(flows[0].destinationService == nil)
  }
}
