import Foundation
import Testing

/// What trace says beside a verdict, and what it does not answer.
@Suite struct TraceNotesTests {
  private func trace(_ flags: [String], input: String? = nil) throws -> WeirRun {
    let scratch = try SmallCluster.scratch()
    let arguments = ["trace", "-q"] + SmallCluster.inForce + flags
    guard let input else { return try Weir.run(arguments, in: scratch.folder) }
    return try Weir.run(arguments, input: input, in: scratch.folder)
  }

  private static let service = "10.96.0.1 is an address of service ns/server: Cilium translates it to a backend"
  private static let empty = "10.96.0.2 is an address of service ns/nobody, which has no backends: Cilium drops"

  @Test(arguments: [("10.96.0.1", service), ("10.96.0.2", empty)])
  func aServicesAddressIsToldOfEverywhere(_ address: String, _ note: String) throws {
    let question = ["--from", "ns/client", "--to", address, "--to-port", "80"]
    let text = try trace(question).output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("Note: \(note)"), "\(text)")
    let notes = try trace(question + ["-o", "json"]).json()["notes"] as? [String]
    #expect(notes?.count == 1 && notes?[0].hasPrefix(note) ?? false)
    let probe = #"{"from":{"pod":"ns/client"},"to":{"ip":"\#(address)"},"protocol":"TCP","port":80}"#
    let probed = try trace(["--probes", "-", "-o", "json"], input: probe).json()["notes"] as? [String]
    #expect(probed == notes)
  }

  @Test func otherAddressesHaveNone() throws {
    for address in ["10.96.0.9", "10.0.0.2", "192.168.0.2"] {
      let run = try trace(["--from", "ns/client", "--to", address, "--to-port", "80", "-o", "json"])
      #expect(run.status == 0)
      #expect(try run.json()["notes"] == nil)
    }
  }

  @Test func addressesOfTwoFamiliesAreNoConnection() throws {
    let run = try trace(["--from", "1.1.1.1", "--to", "fd00::1", "--to-port", "80"])
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("error: no connection goes from 1.1.1.1 to fd00::1: one is IPv4, the other IPv6"))
    #expect(run.errors.contains("of one family"))
    let probe = #"{"from":{"ip":"fd00::1"},"to":{"ip":"1.1.1.1"},"protocol":"TCP","port":80}"#
    let probed = try trace(["--probes", "-", "-o", "json"], input: probe)
    #expect(probed.status == 65)
    #expect(probed.errors.contains("<stdin>:1:1: no connection goes from fd00::1 to 1.1.1.1"))
    #expect(probed.errors.contains("hint: give two addresses of one family"))
  }

  @Test(arguments: ["--help", "help", "--version", "help replay", "trace --help"])
  func helpIntoAClosedPipeIsNoError(_ arguments: String) throws {
    let run = try Weir.shell("set -o pipefail; { sleep 0.3; $WEIR \(arguments); } | true")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }

  @Test func oneOfAKindIsCountedAsOne() throws {
    let scratch = try SmallCluster.scratch()
    let run = try Weir.run(["compile", "--stats"] + SmallCluster.inForce, in: scratch.folder)
    #expect(run.output.hasPrefix("1 policy, "))
    let wrong = try Weir.run(["compile", "-f", "-"], input: "apiVersion: 7\nkind: Pod\n")
    #expect(wrong.errors.contains("apiVersion: expected a string, found an integer"), "\(wrong.errors)")
  }
}
