import Flow
import Foundation
import Testing

/// The recorded lab of `captures/lab`: a cluster, its policies, two captures, and the verdicts to expect.
enum Lab {
  /// What events show in place of an address: of the DNS service its backend.
  static func translated(_ address: String) -> String { address == "10.96.0.10" ? "10.244.0.2" : address }

  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let folder = package.appendingPathComponent("captures/lab")

  static let captures = ["demo.pcap", "dns-and-tls.pcapng"]
  static let inForce = ["-f", "cluster.yaml", "-f", "policies"]
  static let changed = inForce + ["-f", "change"]
  /// What the lookups in the captures resolve, and `toFQDNs` needs.
  static let resolved = ["--fqdn", "api.cloudflare.com=203.0.113.11,2001:db8:113::11"]

  static func run(_ arguments: [String], input: [UInt8]? = nil) throws -> WeirRun {
    try Weir.run(arguments, input: input, in: folder)
  }

  static func bytes(of capture: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(capture)))
  }

  /// The events of `weir replay -o jsonpb` with these flags.
  static func flows(_ arguments: [String]) throws -> [Flow] {
    let run = try run(["replay"] + arguments + ["-o", "jsonpb", "-q"])
    try #require(run.status == 0, "\(run.errors)")
    return try run.lines.map { try Flow(json: String($0)) }
  }
}

/// A line of `expected.jsonl`.
struct Expectation: Decodable {
  struct Hop: Decodable {
    var verdict: String
    var dropReason: String?
    var redirect: String?
    var policies: [String]?
  }

  struct AfterChange: Decodable {
    var egress: Hop?
    var ingress: Hop?
  }

  var id: String
  var capture: String
  var `protocol`: String
  var port: UInt16?
  var icmpType: UInt8?
  var source: String
  var destination: String
  var egress: Hop?
  var ingress: Hop?
  var afterChange: AfterChange?
  /// The overall one, proxies included.
  var verdict: String

  /// The overall verdict as far as packets go, before any proxy has read a request.
  var packetVerdict: String {
    let hops = [egress, ingress].compactMap(\.self).map(\.verdict)
    return ["DROPPED", "REDIRECTED"].first(where: hops.contains) ?? "FORWARDED"
  }

  /// What holds once the change is in force.
  var changed: Expectation {
    var result = self
    if let afterChange { (result.egress, result.ingress) = (afterChange.egress, afterChange.ingress) }
    return result
  }

  /// The lines with the text of each, which `weir trace --probes` reads.
  static func all() throws -> [(expectation: Expectation, line: String)] {
    let text = try String(contentsOf: Lab.folder.appendingPathComponent("expected.jsonl"), encoding: .utf8)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text.split(separator: "\n").map {
      (try decoder.decode(Expectation.self, from: Data($0.utf8)), String($0))
    }
  }
}
