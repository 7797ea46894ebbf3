import Foundation
import Testing

/// Two of a cluster with one address: whose packets they are cannot be told.
@Suite struct SharedAddressTests {
  private static let twin = """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: twin, namespace: ns, labels: {app: twin}}
    spec: {nodeName: n1, containers: [{name: c}]}
    status: {phase: PHASE, podIP: ADDRESS, podIPs: [{ip: ADDRESS}]}

    """

  private func compile(_ phase: String, _ address: String, _ flags: [String] = []) throws -> WeirRun {
    let scratch = try SmallCluster.scratch()
    try scratch.write(
      Self.twin.replacingOccurrences(of: "PHASE", with: phase).replacingOccurrences(of: "ADDRESS", with: address),
      as: "twin.yaml")
    return try Weir.run(
      ["compile", "-f", "twin.yaml", "--stats"] + SmallCluster.inForce + flags, in: scratch.folder)
  }

  @Test func bothAreNamedWithTheirPlaces() throws {
    let run = try compile("Running", "10.0.0.1")
    #expect(run.status == 0)
    #expect(run.errors.contains("twin.yaml:2"), "\(run.errors)")
    #expect(
      run.errors.contains("its address 10.0.0.1 is that of pod ns/client (cluster.yaml:"), "\(run.errors)")
    #expect(run.errors.contains("[shared-address]"))
    #expect(try compile("Running", "10.0.0.1", ["--strict"]).status == 65)
  }

  @Test func aNodesAddressIsNoPods() throws {
    let run = try compile("Running", "192.168.0.1")
    #expect(run.errors.contains("its address 192.168.0.1 is that of node n1 (cluster.yaml:"), "\(run.errors)")
  }

  @Test(arguments: [("Succeeded", "10.0.0.1"), ("Failed", "10.0.0.2"), ("Running", "10.0.0.9")])
  func aPodThatHasGivenItUpIsNoOther(_ phase: String, _ address: String) throws {
    let run = try compile(phase, address)
    #expect(run.status == 0 && !run.errors.contains("shared-address"), "\(run.errors)")
  }
}
