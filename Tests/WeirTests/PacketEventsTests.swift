import Flow
import Testing

/// `--packets` shows every packet at every hop.
@Suite struct PacketEventsTests {
  private func flows(_ capture: CaptureBytes, policy: String = "", _ flags: [String] = []) throws -> [Flow] {
    let scratch = try SmallCluster.scratch(["capture.pcap": capture.bytes])
    if !policy.isEmpty { try scratch.write(policy, as: "policy.yaml") }
    let run = try Weir.run(
      ["replay", "capture.pcap", "-o", "jsonpb", "-q"] + SmallCluster.inForce + flags, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    return try run.lines.map { try Flow(json: String($0)) }
  }

  @Test(arguments: [[], ["--packets"]])
  func aConnectionMetMidwayIsShownWhenItIsAllowed(_ flags: [String]) throws {
    var capture = CaptureBytes()
    capture.tcp("10.0.0.1", 40000, "10.0.0.2", 8080, .ack)
    let flows = try flows(capture, ["--midstream", "allow"] + flags)
    #expect(flows.map(\.trafficDirection) == [.egress, .ingress])
    #expect(flows.allSatisfy { $0.verdict == .forwarded && $0.traceReason == .established && $0.isReply == false })
  }

  @Test func whatGoesToAProxyIsTracedThere() throws {
    let policy = """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: server, namespace: ns}
      spec:
        endpointSelector: {matchLabels: {app: server}}
        ingress:
        - toPorts:
          - ports: [{port: "8080", protocol: TCP}]
            rules: {http: [{method: GET}]}

      """
    var capture = CaptureBytes()
    capture.tcp("10.0.0.1", 40000, "10.0.0.2", 8080)
    capture.tcp("10.0.0.2", 8080, "10.0.0.1", 40000, .synAck)
    let flows = try flows(capture, policy: policy, ["--packets"])
    #expect(flows.map(\.verdict) == [.forwarded, .redirected, .forwarded, .forwarded])
    #expect(flows.map(\.traceObservationPoint) == [.toStack, .unknown, .toProxy, .toEndpoint])
  }
}
