import Foundation
import Testing

/// Kafka rules on a real producer's requests, four of which name no topic and six the same one.
///
/// The capture is not part of this package: without `../shared` beside it the test says so and passes.
@Suite struct KafkaReplayTests {
  private static let capture = Lab.package.deletingLastPathComponent()
    .appendingPathComponent("shared/captures/kafka/ndpi-kafka.pcapng").path

  private static func objects(topic: String) -> String {
    """
    apiVersion: v1
    kind: Namespace
    metadata: {name: logs}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: producer, namespace: logs, labels: {app: producer}}
    spec: {nodeName: node, containers: [{name: c}]}
    status: {podIP: 172.16.17.101, podIPs: [{ip: 172.16.17.101}]}
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: producer, namespace: logs}
    spec:
      endpointSelector: {}
      egress:
      - toCIDR: [172.30.0.237/32]
        toPorts:
        - ports: [{port: "9092", protocol: TCP}]
          rules:
            kafka: [{role: produce, topic: \(topic)}]
    """
  }

  @Test(arguments: [("LB_MAIN_LOG_INPUT", 0), ("other", 6)])
  func requestsAreJudgedByTheirTopics(topic: String, denied: Int) throws {
    guard FileManager.default.fileExists(atPath: Self.capture) else {
      print("skipped: no capture at \(Self.capture)")
      return
    }
    let scratch = try Scratch()
    let objects = try scratch.write(Self.objects(topic: topic), as: "objects.yaml")
    let run = try Weir.run([
      "replay", Self.capture, "-f", objects, "--midstream", "judge", "-o", "compact", "-q", "--stats-json",
      scratch.path("stats.json"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.filter { $0.contains("kafka") }.count == 10)
    #expect(run.lines.filter { $0.contains("kafka") && $0.contains("DROPPED") }.count == denied)
    let statistics = try JSON.object(String(contentsOfFile: scratch.path("stats.json"), encoding: .utf8))
    #expect((statistics["l7"] as? [String: Int])?["kafka_requests"] == 10)
    #expect((statistics["verdicts"] as? [String: Int])?["DROPPED"] == denied)
  }
}
