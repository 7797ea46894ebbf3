import Foundation
import Testing

/// Messages of real captures against what an independent dissector found in them.
///
/// The captures are not part of this package: without `../shared` beside it these tests are skipped.
@Suite struct CaptureDifferentialTests {
  static let folder: URL = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/captures").standardized

  /// Captures that are not compared.
  private static let excused: Set<String> = [
    // Messages in fragments of datagrams, or carried by SCTP: there is no stream or datagram to read them from here.
    "ndpi-dns_fragmented.pcap", "zeek-dns-edns-ecs.pcap", "arkime-sctp-www.pcap",
    // Port 5060 made the truth's dissector take an HTTP request for SIP, port 5005 another for RTP.
    "ndpi-http_on_sip_port.pcap", "pcapplusplus-example.pcap",
    // The truth omits requests whose bodies the capture lacks.
    "pcapplusplus-4KHttpRequests.pcap",
    // The request's header block of 23 KB is missing in the truth.
    "arkime-http2-nghttp2.pcap",
    // Metadata 12 has ids before names, which the truth's dissector does not know: it reads an empty name.
    "ndpi-kafka.pcapng",
  ]

  private struct Truth: Decodable {
    struct HTTP1: Decodable {
      var tuple: Tuple
      var kind: String
      var method: String?
      var target: String?
      var host: String?
    }
    struct HTTP2: Decodable {
      var tuple: Tuple
      var kind: String
      var frameType: Int
      var method: String?
      var path: String?
      var authority: String?
    }
    struct DNS: Decodable {
      struct Item: Decodable {
        var name: String
        var type: Name
        var ttl: Int?
        var data: Name?
      }
      var tuple: Tuple
      var proto: String
      var id: Int
      var response: Bool
      var queries: [Item]?
      var answers: [Item]?
    }
    struct Kafka: Decodable {
      var tuple: Tuple
      var kind: String
      var apiKey: Int?
      var apiVersion: Int?
      var clientId: String?
      var correlationId: Int
      var topics: [String]
    }
    var http1: [HTTP1]
    var http2: [HTTP2]
    var dns: [DNS]
    var kafka: [Kafka]
  }

  /// Text or number.
  private struct Name: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self.text = text
      } else if let number = try? container.decode(Int.self) {
        text = "\(number)"
      } else {
        text = ""
      }
    }
  }

  private struct Tuple: Decodable, CustomStringConvertible {
    let description: String

    init(from decoder: any Decoder) throws {
      let parts = try decoder.singleValueContainer().decode([Name].self)
      description = "[" + parts.map(\.text).joined(separator: " ") + "]"
    }
  }

  private func lines(_ truth: Truth) -> [String: Int] {
    var lines: [String: Int] = [:]
    for message in truth.http1 where message.kind == "request" {
      lines[
        "http1 \(message.tuple) \(message.method ?? "") \(message.target ?? "") \(message.host ?? "")", default: 0] += 1
    }
    for message in truth.http2 where message.kind == "request" && message.frameType != 5 {
      let parts = [message.method, message.path, message.authority].map { $0 ?? "none" }.joined(separator: " ")
      lines["http2 \(message.tuple) \(parts)", default: 0] += 1
    }
    let low = { (text: String) in
      var text = text.lowercased()
      while text.hasSuffix(".") { text.removeLast() }
      return text
    }
    for message in truth.dns where message.proto == "dns" {
      let questions = (message.queries ?? []).map { "\(low($0.name)) \($0.type.text)" }.sorted()
      let answers = (message.answers ?? []).filter { ["A", "AAAA", "CNAME"].contains($0.type.text) }
        .map { "\(low($0.name)) \($0.type.text) \($0.data.map { low($0.text) } ?? "none") \($0.ttl ?? 0)" }.sorted()
      lines["dns \(message.tuple) \(message.id) \(message.response) \(questions) \(answers)", default: 0] += 1
    }
    for message in truth.kafka where message.kind == "request" {
      let client = message.clientId ?? ""
      let head = "\(message.tuple) \(message.apiKey ?? -1) \(message.apiVersion ?? -1) \(client)"
      lines["kafka \(head) \(message.correlationId)", default: 0] += 1
      // None means that there are none, or that the truth's dissector does not know the version.
      guard !message.topics.isEmpty else { continue }
      lines["topics \(message.tuple) \(message.correlationId) \(message.topics.sorted())", default: 0] += 1
    }
    return lines
  }

  @Test(
    "every message that the truth lists is found, and no other",
    .enabled(if: FileManager.default.fileExists(atPath: folder.path), "no ../shared folder with captures"),
    arguments: [
      "http1", "http2-grpc", "dns", "kafka", "ipv6", "l3l4", "linktypes", "pcapng", "tls-sni", "big",
    ])
  func agreement(_ name: String) throws {
    let folder = Self.folder.appending(path: name)
    var found = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() where name.contains(".pcap") {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let truth = try decoder.decode(
        Truth.self, from: Data(contentsOf: folder.appending(path: "truth/\(name).json")))
      let expected = lines(truth)
      guard !Self.excused.contains(name),
        let messages = try? CaptureMessages(path: folder.appending(path: name).path), !messages.isDamaged
      else {
        print("not compared: \(name)")
        continue
      }
      let actual = messages.lines
      let missing = expected.filter { $0.value > actual[$0.key, default: 0] }.keys.sorted()
      let extra = actual.filter { $0.value > expected[$0.key, default: 0] && !$0.key.hasPrefix("topics") }.keys.sorted()
      found += expected.values.reduce(0, +)
      #expect(missing.isEmpty, "\(name): missing \(missing.count) such as \(missing.prefix(2))")
      #expect(extra.isEmpty, "\(name): \(extra.count) too many such as \(extra.prefix(2))")
    }
    print("\(folder.lastPathComponent): \(found) messages compared")
  }
}
