import Foundation
import Testing

/// The contract of `weir dissect`: exit codes, one object per capture, data on standard output alone.
@Suite struct DissectTests {
  /// A pcap with one Ethernet frame: UDP from 10.0.0.1:1000 to 10.0.0.2:53.
  private static let capture: [UInt8] = {
    var bytes: [UInt8] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0]
    bytes += [1, 0, 0, 0, 2, 0, 0, 0, 42, 0, 0, 0, 42, 0, 0, 0]
    bytes += [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
    bytes += [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
    return bytes + [0x03, 0xe8, 0, 53, 0, 8, 0, 0]
  }()

  /// Of this test alone.
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func weir(_ arguments: [String], input: [UInt8]? = nil) throws -> (Int32, String, String)? {
    guard let path = WeirBinary.path else {
      print("skipped: the weir program is not built beside the tests")
      return nil
    }
    return try Subprocess.run(path, ["dissect"] + arguments, input: input.map { Data($0) })
  }

  private func file(_ bytes: [UInt8]) throws -> String {
    try scratch.write(bytes, as: "\(UUID().uuidString).pcap")
  }

  @Test func jsonHasOneObjectPerCaptureWithPacketsAndFlows() throws {
    let path = try file(Self.capture)
    guard let (status, output, errors) = try weir([path, path, "-o", "json", "--packets"]) else { return }
    #expect(status == 0)
    #expect(errors.isEmpty)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["packets"] as? Int == 1)
      #expect(object["bytes"] as? Int == 42)
      #expect(object["linktype_name"] as? String == "ETHERNET")
      #expect(object["first_timestamp"] as? String == "1.000002000")
      let row = try #require((object["packet_list"] as? [[Any]])?.first)
      #expect(row.count == 11)
      #expect(row[6] as? String == "10.0.0.1")
      #expect(row[9] as? Int == 53)
      let flow = try #require((object["flows"] as? [[String: Any]])?.first)
      #expect(flow["sport"] as? Int == 1000)
      #expect(flow["packets"] as? Int == 1)
    }
  }

  @Test func standardInputIsADash() throws {
    guard let (status, output, _) = try weir(["-"], input: Self.capture) else { return }
    #expect(status == 0)
    #expect(output.contains("<stdin>"))
    #expect(output.contains("UDP over IPv4"))
  }

  @Test func exitCodesSayWhatWasWrong() throws {
    let good = try file(Self.capture)
    let empty = try file([])
    let missing = good + ".missing"
    let cases: [([String], Int32)] = [
      ([good], 0), ([missing], 66), ([empty], 65), ([good, empty], 65), ([empty, missing, good], 66), ([], 64),
      ([good, "--packets"], 64), ([good, "--filter", "no such thing"], 64),
    ]
    for (arguments, expected) in cases {
      guard let (status, _, errors) = try weir(arguments) else { return }
      #expect(status == expected, "\(arguments)")
      #expect(errors.isEmpty == (expected == 0), "\(arguments)")
    }
    guard let (_, output, errors) = try weir([missing, good, "-o", "json"]) else { return }
    #expect(output.split(separator: "\n").count == 1)
    #expect(errors.hasPrefix("error: \(missing): no such file"))
  }

  @Test func aCaptureThatBreaksOffIsAWarning() throws {
    let path = try file(Self.capture + [1, 0, 0, 0])
    guard let (status, output, errors) = try weir([path, "-o", "json"]) else { return }
    #expect(status == 0)
    #expect(errors.hasPrefix("warning: \(path)"))
    #expect(output.contains("\"damage\":"))
  }
}
