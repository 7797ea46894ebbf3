import Foundation
import Testing

/// Objects that cannot be read or that Cilium would refuse: what is said, and the exit code.
@Suite struct BadObjectTests {
  private static let refused = """
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: port, namespace: demo}
    spec:
      endpointSelector: {}
      ingress:
      - toPorts:
        - ports:
          - port: "70000"
            protocol: TCP
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: good, namespace: demo}
    spec:
      endpointSelector: {matchLabels: {run: test}}
      egress: [{}]
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: peers, namespace: demo}
    spec:
      endpointSelector: {}
      egress:
      - toCIDR: [10.0.0.0/8]
        toEntities: [world]

    """

  private let cluster = ["-f", Lab.folder.appendingPathComponent("cluster.yaml").path]
  private let capture = Lab.folder.appendingPathComponent("demo.pcap").path

  @Test func unreadableInputEndsTheCommandWithItsPlace() throws {
    let scratch = try Scratch()
    try scratch.write("apiVersion: v1\nkind: Pod\nmetadata: {name: a\nspec: x\n", as: "syntax.yaml")
    try scratch.write("{\"apiVersion\": \"v1\", \"kind\": }", as: "syntax.json")
    try scratch.write("- a\n- b\n", as: "list.yaml")
    try scratch.write("not Kubernetes", as: "folder/readme.txt")
    let cases: [(path: String, status: Int32, message: String)] = [
      ("missing.yaml", 66, "error: missing.yaml: No such file or directory\n"),
      ("folder", 66, "error: folder: no *.yaml, *.yml or *.json file in this directory\n"),
      ("syntax.yaml", 65, "error: syntax.yaml:4:5: did not find expected ',' or '}'\n"),
      ("syntax.json", 65, "error: syntax.json:1:30: "),
      ("list.yaml", 65, "error: list.yaml:1:1: expected an object with apiVersion and kind, found a list\n"),
    ]
    for command in [
      ["replay", capture], ["compile"], ["trace", "--from", "demo/test", "--to", "10.0.0.1", "--to-port", "80"],
    ] {
      for (path, status, message) in cases {
        let run = try Weir.run(command + cluster + ["-f", path], in: scratch.folder)
        #expect(run.status == status, "\(command) \(path)")
        #expect(run.errors.hasPrefix(message), "\(command) \(path): \(run.errors)")
        #expect(run.output.isEmpty, "\(command) \(path)")
      }
    }
  }

  @Test func aPolicyThatCiliumRejectsIsLeftOutAndTheRestGoesOn() throws {
    let scratch = try Scratch()
    try scratch.write(Self.refused, as: "policies.yaml")
    let run = try Weir.run(["compile", "-o", "json", "-f", "policies.yaml"] + cluster, in: scratch.folder)
    #expect(run.status == 0)
    #expect(
      run.errors == """
        error: policies.yaml:9:9: CiliumNetworkPolicy demo/port: spec.ingress[0].toPorts[0].ports[0].port: unable to \
        parse port: "70000": value out of range (0 to 65535) [policy-refused]
        error: policies.yaml:26:5: CiliumNetworkPolicy demo/peers: spec.egress[0].toEntities: combining ToCIDR and \
        ToEntities is not supported yet [policy-refused]
        hint: put them into separate rules of the list; rules are alternatives
        2 objects refused and left out

        """)
    let document = try run.json()
    let policies = try #require(document["policies"] as? [[String: Any]])
    let accepted = policies.map { ("\($0["name"] ?? "")", $0["accepted"] as? Bool) }
    #expect(accepted.map(\.0) == ["port", "good", "peers"])
    #expect(accepted.map(\.1) == [false, true, false])
    #expect(
      policies[0]["error"] as? String
        == "spec.ingress[0].toPorts[0].ports[0].port: unable to parse port: \"70000\": value out of range (0 to 65535)")
    #expect(policies[0]["file"] as? String == "policies.yaml")
    #expect(policies[1]["error"] is NSNull)
    let endpoints = try #require(document["endpoints"] as? [[String: Any]])
    let enforced = endpoints.filter { $0["egress_enforced"] as? Bool == true }.compactMap { $0["endpoint"] as? String }
    #expect(enforced == ["demo/test"])
  }

  @Test func strictMakesRefusedObjectsAnError() throws {
    let scratch = try Scratch()
    try scratch.write(Self.refused, as: "policies.yaml")
    for command in [["replay", capture], ["compile"]] {
      let run = try Weir.run(command + ["--strict", "-f", "policies.yaml"] + cluster, in: scratch.folder)
      #expect(run.status == 65, "\(command)")
      #expect(run.errors.contains("2 objects refused and left out"), "\(command)")
      #expect(run.output.isEmpty, "\(command)")
    }
    let run = try Lab.run(["replay", "demo.pcap", "--strict"] + Lab.inForce)
    #expect(run.status == 0)
  }

  @Test func strictTakesNoWarningAboutAnObject() throws {
    let scratch = try Scratch()
    try scratch.write(
      "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a, namespace: demo}\n"
        + "spec: {endpointSelector: {}, ingress: [{fromEntity: [world]}, {fromEntities: [host]}]}\n", as: "unknown.yaml"
    )
    let command = ["compile", "--stats", "--validate", "prune", "-f", "unknown.yaml"] + cluster
    let lenient = try Weir.run(command, in: scratch.folder)
    #expect(lenient.status == 0 && lenient.errors.contains("warning: unknown.yaml:4"), "\(lenient.errors)")
    let strict = try Weir.run(command + ["--strict"], in: scratch.folder)
    #expect(strict.status == 65 && strict.output.isEmpty && strict.errors.contains("--strict takes none"))
    #expect(try Weir.run(command + ["--strict", "-q"], in: scratch.folder).status == 65)
  }

  @Test func whatIsNoObjectIsLeftOutAndNotItsFile() throws {
    let scratch = try Scratch()
    try scratch.write(
      "kind: Pod\n---\napiVersion: v1\nkind: List\nitems: [5, {apiVersion: v1, kind: Namespace, metadata: {name: late}}]\n",
      as: "folder/objects.yaml")
    let run = try Weir.run(["compile", "--stats", "-f", "folder"] + cluster, in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("error: folder/objects.yaml:1:1: Pod: apiVersion is missing"), "\(run.errors)")
    #expect(run.errors.contains("error: folder/objects.yaml:5:9: "))
    #expect(run.errors.contains("2 objects refused and left out"))
    #expect(try Weir.run(["compile", "--strict", "-f", "folder"] + cluster, in: scratch.folder).status == 65)
  }

  @Test func aPipeInAFolderIsLeftOut() throws {
    let scratch = try Scratch()
    try scratch.write("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", as: "folder/a.yaml")
    #expect(mkfifo(scratch.folder.appendingPathComponent("folder/b.yaml").path, 0o600) == 0)
    let run = try Weir.run(["compile", "--stats", "-f", "folder"] + cluster, in: scratch.folder)
    #expect(run.status == 0 && run.errors.contains("warning: folder/b.yaml: not a regular file, left out"))
  }

  @Test(arguments: [
    ("spec: []", "error: object.yaml:4:7: Pod demo/a: spec: expected a map, found a list\n"),
    ("spec: {nodeName: [x]}", "error: object.yaml:4:18: Pod demo/a: nodeName: expected a string, found a list\n"),
    ("spec: 42", "error: object.yaml:4:7: Pod demo/a: spec: expected a map, found the number 42\n"),
  ])
  func anObjectOfTheWrongShapeIsLeftOut(_ spec: String, _ message: String) throws {
    let scratch = try Scratch()
    try scratch.write("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: demo}\n\(spec)\n", as: "object.yaml")
    let run = try Weir.run(["compile", "-f", "object.yaml"] + cluster, in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix(message), "\(run.errors)")
    #expect(run.errors.contains("1 object refused and left out"))
    #expect(!run.output.contains("demo/a "))
    let strict = try Weir.run(["compile", "--strict", "-f", "object.yaml"] + cluster, in: scratch.folder)
    #expect(strict.status == 65)
  }

  @Test func aPolicyWithoutUsableHeadIsListedAsRefused() throws {
    let scratch = try Scratch()
    let head = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n"
    try scratch.write(
      "\(head)metadata: {namespace: demo}\nspec: {endpointSelector: {}}\n---\n\(head)metadata: nothing\n",
      as: "policies.yaml")
    let run = try Weir.run(["compile", "-o", "json", "-f", "policies.yaml"] + cluster, in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("2 objects refused and left out"))
    let policies = try #require(try run.json()["policies"] as? [[String: Any]])
    #expect(
      policies.map { $0["error"] as? String } == [
        "metadata.name is missing", "metadata: expected a map, found \"nothing\"",
      ])
    #expect(policies.map { $0["accepted"] as? Bool } == [false, false])
  }

  @Test func withoutPoliciesEverythingIsForwardedAndAWarningSaysSo() throws {
    let run = try Lab.run(["replay", "demo.pcap", "-f", "cluster.yaml", "--stats-json", "-", "-o", "summary"])
    #expect(run.status == 0)
    #expect(
      run.errors.hasPrefix(
        "warning: no policy is in force: everything between managed pods is FORWARDED [no-policies]\n"))
    let json = try JSON.object(run.output[try #require(run.output.firstIndex(of: "{"))...])
    let verdicts = try #require(json["verdicts"] as? [String: Int])
    #expect(verdicts["DROPPED"] == 0)
    #expect(verdicts["FORWARDED"] == 321)
    let quiet = try Lab.run(["replay", "demo.pcap", "-f", "cluster.yaml", "-q"])
    #expect(quiet.errors.isEmpty)
    #expect(quiet.lines.allSatisfy { $0.contains(" FORWARDED ") })
  }
}
