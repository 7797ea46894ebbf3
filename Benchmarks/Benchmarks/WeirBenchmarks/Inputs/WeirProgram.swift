import Foundation

/// The program that scripts/bench builds, and its input.
final class WeirProgram {
  private static let path = "../.build/release/weir"
  static var exists: Bool { FileManager.default.isExecutableFile(atPath: path) }

  private let folder: ScratchFolder
  private let capture: String
  private let cluster: String

  init(capture: [UInt8]) throws {
    folder = try ScratchFolder()
    self.capture = try folder.write("replay.pcap", capture)
    cluster = try folder.write("cluster.yaml", Self.cluster.utf8)
  }

  func replay(threads: Int) throws -> (packets: Int, time: Duration) {
    let program = Process()
    program.executableURL = URL(filePath: Self.path)
    program.arguments = [
      "replay", capture, "-f", cluster, "-o", "summary", "--stats-json", "-", "--threads", "\(threads)", "-q",
    ]
    let output = Pipe()
    program.standardOutput = output
    program.standardError = FileHandle.nullDevice
    try program.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    program.waitUntilExit()
    guard program.terminationStatus == 0, let start = text.range(of: Data("{\"packets\"".utf8))?.lowerBound,
      let totals = try JSONSerialization.jsonObject(with: text[start...]) as? [String: Any],
      let packets = totals["packets"] as? Int, let seconds = totals["seconds"] as? Double
    else { throw InputError("weir replay failed") }
    return (packets, .nanoseconds(Int64(seconds * 1e9)))
  }

  /// Prints the capture's events to nobody.
  func printEvents(_ format: String) throws { try run(format, to: FileHandle.nullDevice) }

  func countEvents() throws -> Int {
    let file = try folder.write("events", [])
    try run("jsonpb", to: FileHandle(forWritingTo: URL(filePath: file)))
    return try Data(contentsOf: URL(filePath: file)).count { $0 == UInt8(ascii: "\n") }
  }

  private func run(_ format: String, to output: FileHandle) throws {
    let program = Process()
    program.executableURL = URL(filePath: Self.path)
    program.arguments = ["replay", capture, "-f", cluster, "-o", format, "-q"]
    program.standardOutput = output
    program.standardError = FileHandle.nullDevice
    try program.run()
    program.waitUntilExit()
    guard program.terminationStatus == 0 else { throw InputError("weir replay failed") }
  }

  /// `EngineWorld` as far as its packets meet it.
  private static var cluster: String {
    var text = ""
    for pod in 0..<EngineWorld.pods {
      text += """
        apiVersion: v1
        kind: Pod
        metadata: {name: pod-\(pod), namespace: default, labels: {pod: "\(pod)"}}
        spec: {nodeName: node-\(pod % 8), containers: [{name: c}]}
        status: {podIP: 10.0.0.\(pod), podIPs: [{ip: 10.0.0.\(pod)}, {ip: "fd00::\(String(pod, radix: 16))"}]}
        ---

        """
    }
    let rule = "[{matchLabels: {}}], toPorts: [{ports: [{port: \"\(EngineWorld.openPort)\", protocol: TCP}]}]"
    return text + """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: open, namespace: default}
      spec:
        endpointSelector: {}
        ingress: [{fromEndpoints: \(rule)}]
        egress: [{toEndpoints: \(rule)}]

      """
  }
}
