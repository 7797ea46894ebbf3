import Foundation
import Testing

/// `weir bench`, and the times of `weir replay --latency`.
@Suite struct BenchTests {
  private static let small = ["--pods", "40", "--policies", "20", "--flows", "300", "--seconds", "0"]

  private func bench(_ arguments: [String]) throws -> [String: Any] {
    let run = try Lab.run(["bench", "-o", "json"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try run.json()
  }

  private func engine(_ json: [String: Any]) throws -> [String: Any] {
    try #require((json["back_ends"] as? [[String: Any]])?.first)
  }

  @Test("the packets' times add up to the wall time of the loop, to a tenth", arguments: [1, 5])
  func agreement(_ interval: Int) throws {
    // Once more where something else kept the processor from us.
    var agreements: [Double] = []
    for _ in 0..<3 {
      let json = try bench(["demo.pcap", "--seconds", "0.5", "--latency-sample", "\(interval)"] + Lab.inForce)
      let latency = try #require(try engine(json)["latency"] as? [String: Any])
      let agreement = try #require(latency["agreement"] as? Double)
      let loop = try #require(latency["loop_ns"] as? Double)
      if interval == 1 { #expect(latency["packets"] as? Int == latency["timed"] as? Int) }
      let total = try #require(((try engine(json)["latency_ns"]) as? [String: [String: Double]])?["total"])
      let sum = try #require(total["mean"]) * (try #require(total["count"]))
      let timer = try #require(latency["timer_ns"] as? Double)
      #expect(abs((sum + timer) / loop - agreement) < 0.001)
      agreements.append(agreement)
      if abs(agreement - 1) <= 0.1 { return }
    }
    Issue.record("the agreements were \(agreements)")
  }

  @Test("the same seed gives the same load and verdicts, another seed others")
  func seeds() throws {
    func facts(_ seed: Int) throws -> [String] {
      let json = try bench(Self.small + ["--seed", "\(seed)"])
      let engine = try engine(json)
      let verdicts = try #require(engine["verdicts"] as? [String: Int])
      return ["\(json["packets"] ?? "")", "\(json["bytes"] ?? "")", "\(verdicts.sorted { $0.key < $1.key })"]
    }
    #expect(try facts(1) == facts(1))
    #expect(try facts(1) != facts(2))
  }

  @Test("of synthetic connections some pass and some do not, and every packet is judged")
  func syntheticVerdicts() throws {
    let json = try bench(Self.small)
    let verdicts = try #require(try engine(json)["verdicts"] as? [String: Int])
    #expect(verdicts.values.reduce(0, +) == json["packets"] as? Int)
    #expect((verdicts["FORWARDED"] ?? 0) > (verdicts["DROPPED"] ?? 0))
    #expect((verdicts["DROPPED"] ?? 0) > 0)
    #expect(verdicts["UNJUDGED"] == 0)
    #expect(try engine(json)["flows"] as? Int == 300)
  }

  @Test("a capture's verdicts are those of replay")
  func verdicts() throws {
    let run = try Lab.run(["replay", "demo.pcap", "-o", "summary", "--stats-json", "-"] + Lab.inForce)
    let start = try #require(run.output.range(of: "{\"packets\"")).lowerBound
    let replayed = try JSON.object(run.output[start...])
    let json = try bench(["demo.pcap", "--seconds", "0"] + Lab.inForce)
    #expect(try engine(json)["verdicts"] as? [String: Int] == replayed["verdicts"] as? [String: Int])
    #expect(json["packets"] as? Int == replayed["packets"] as? Int)
  }

  @Test("people see the hops, a histogram without escapes, the timer and the check")
  func text() throws {
    let run = try Lab.run(["bench", "demo.pcap", "--seconds", "0", "--latency-sample", "3"] + Lab.inForce)
    #expect(run.status == 0, "\(run.errors)")
    for part in [
      "parse", "conntrack", "identity", "egress", "ingress", "bookkeeping", "total", "p99.9", "#", "^p50",
      "one packet in 2.8 timed", "a reading costs", "wall time", "packets/s",
    ] {
      #expect(run.output.contains(part), "\(part)")
    }
    #expect(!run.output.contains("\u{1b}"))
    #expect(run.lines.allSatisfy { $0.count <= 120 })
  }

  @Test("a load can be made for a given cluster")
  func givenCluster() throws {
    let scratch = try SmallCluster.scratch()
    let run = try Weir.run(["bench", "--flows", "50", "--seconds", "0"] + SmallCluster.inForce, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("of 50 connections"))
  }

  @Test(
    "what contradicts itself or is missing",
    arguments: [
      (["--flows", "0"], 64), (["--pods", "1"], 64), (["--latency-sample", "0"], 64), (["--seconds", "-1"], 64),
      (["demo.pcap"], 64), (["demo.pcap", "--flows", "5"] + Lab.inForce, 64), (["--filter", "tcp"], 64),
      (["--pods", "5"] + Lab.inForce, 64), (["none.pcap"] + Lab.inForce, 66), (["-f", "none.yaml"], 66),
      (["demo.pcap", "--filter", "port 1"] + Lab.inForce, 65),
    ] as [([String], Int32)])
  func errors(_ arguments: [String], _ status: Int32) throws {
    let run = try Lab.run(["bench"] + arguments)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.contains("error: "))
  }

  @Test("replay times hops without changing the verdicts", arguments: ["1", "3"], ["1", "7"])
  func replay(_ threads: String, _ interval: String) throws {
    func totals(_ flags: [String]) throws -> [String: Any] {
      let run = try Lab.run(
        ["replay", "demo.pcap", "-o", "summary", "--stats-json", "-", "--threads", threads] + flags + Lab.inForce)
      #expect(run.status == 0, "\(run.errors)")
      let start = try #require(run.output.range(of: "{\"packets\"")).lowerBound
      return try JSON.object(run.output[start...])
    }
    let (plain, timed) = (try totals([]), try totals(["--latency", "--latency-sample", interval]))
    for key in ["packets", "bytes", "flows", "verdicts", "flow_verdicts", "drop_reasons", "packets_by"] {
      #expect((plain[key] as? NSObject) == (timed[key] as? NSObject), "\(key)")
    }
    #expect((plain["latency_ns"] as? [String: Any])?.isEmpty == true)
    let hops = try #require(timed["latency_ns"] as? [String: [String: Int]])
    let run = try #require(timed["latency_run"] as? [String: Any])
    #expect(run["packets"] as? Int == plain["packets"] as? Int)
    #expect(hops["total"]?["count"] == run["timed"] as? Int)
    for (name, hop) in hops {
      let values = try ["p50", "p90", "p99", "p999", "max"].map { try #require(hop[$0]) }
      #expect(values == values.sorted(), "\(name)")
    }
    if interval == "1" {
      #expect(
        Set(hops.keys) == [
          "parse", "conntrack", "identity", "egress", "egress-proxy", "ingress", "ingress-proxy", "total",
        ])
      #expect(hops["total"]?["count"] == plain["packets"] as? Int)
    }
  }

  @Test("events are the same with times, and the table follows them")
  func events() throws {
    let plain = try Lab.run(["replay", "demo.pcap"] + Lab.inForce)
    let timed = try Lab.run(["replay", "demo.pcap", "--latency"] + Lab.inForce)
    #expect(timed.output == plain.output)
    #expect(timed.errors.contains("HOP (ns)"))
    #expect(timed.errors.contains("Every packet was timed"))
    #expect(!plain.errors.contains("HOP (ns)"))
  }
}
