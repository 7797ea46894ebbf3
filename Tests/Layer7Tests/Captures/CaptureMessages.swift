import Addresses
import Capture
import Packet

@testable import Layer7

/// The messages of a capture as far as a plain concatenation of its segments shows them, as comparable lines:
/// `kind [protocol source port destination port] what`.
struct CaptureMessages {
  private struct End: Hashable {
    let address: IPAddress
    let port: UInt16
  }

  private struct Pair: Hashable {
    let one: End
    let other: End
  }

  private struct Side {
    var next: UInt32?
    var held: [UInt32: [UInt8]] = [:]
    var pending: [UInt8] = []
    var http1 = HTTP1Parser()
    var http2: HTTP2Parser?
    var kafka: KafkaParser?
    var tuple = ""
  }

  private struct Connection {
    var sides = [Side(), Side()]
    var exchanges = HTTP1Exchanges()
    var kafka = KafkaExchanges()
  }

  private(set) var lines: [String: Int] = [:]
  private var connections: [Pair: Connection] = [:]

  /// The capture ended before its end.
  private(set) var isDamaged = false

  /// Throws when libpcap cannot read the capture.
  init(path: String) throws {
    var reader = try CaptureReader(path: path)
    let linkType = LinkType(rawValue: reader.linkType)
    while let packet = reader.next() {
      let headers = PacketHeaders(
        dissecting: packet.bytes, linkType: linkType, originalLength: packet.originalLength
      ).inspected(packet.bytes)
      guard headers.flags.contains(.hasPorts), !headers.flags.contains(.fragment),
        headers.payloadEnd >= headers.payloadOffset, Int(headers.payloadEnd) <= packet.bytes.count
      else { continue }
      let payload = Array(packet.bytes[Int(headers.payloadOffset)..<Int(headers.payloadEnd)])
      let tuple =
        "[\(headers.protocolNumber) \(headers.source) \(headers.sourcePort) \(headers.destination) \(headers.destinationPort)]"
      switch headers.protocolNumber {
      case 17: datagram(payload, headers, tuple)
      case 6:
        let start = Int(headers.transportOffset)
        let sequence = packet.bytes[start + 4..<start + 8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        segment(payload, sequence, headers, tuple)
      default: break
      }
    }
    isDamaged = reader.damage != nil
  }

  private mutating func add(_ line: String) { lines[line, default: 0] += 1 }

  private mutating func datagram(_ payload: [UInt8], _ headers: PacketHeaders, _ tuple: String) {
    if headers.sourcePort == 53 || headers.destinationPort == 53 { dns(payload, tuple) }
  }

  private mutating func dns(_ bytes: [UInt8], _ tuple: String) {
    guard let message = DNSMessage(bytes.span.bytes) else { return }
    let name = { (offset: Int) -> String in
      var name = (DNSMessage.displayName(in: bytes.span.bytes, at: offset) ?? "").lowercased()
      while name.hasSuffix(".") { name.removeLast() }
      return name
    }
    let type = { (type: UInt16) in DNSRecordType.name(type) ?? "\(type)" }
    // What an update (operation 5) has in its place are no questions.
    let questions =
      message.operation == 5 ? [] : message.questions.map { "\(name($0.name)) \(type($0.type))" }.sorted()
    let answers = message.records.compactMap { record -> String? in
      guard record.section == .answer, [1, 5, 28].contains(record.type), message.operation != 5 else { return nil }
      let data =
        switch record.content(in: bytes.span.bytes) {
        case .address(let address): "\(address)"
        case .name(let name): name.lowercased()
        default: "none"
        }
      return "\(name(record.name)) \(type(record.type)) \(data) \(record.timeToLive)"
    }
    add("dns \(tuple) \(message.id) \(message.isResponse) \(questions) \(answers.sorted())")
  }

  private mutating func segment(_ payload: [UInt8], _ sequence: UInt32, _ headers: PacketHeaders, _ tuple: String) {
    let source = End(address: headers.source, port: headers.sourcePort)
    let destination = End(address: headers.destination, port: headers.destinationPort)
    let isFirst = (source.address, source.port) < (destination.address, destination.port)
    let pair = isFirst ? Pair(one: source, other: destination) : Pair(one: destination, other: source)
    let side = isFirst ? 0 : 1
    var connection = connections.removeValue(forKey: pair) ?? Connection()
    if headers.tcpFlags & 2 != 0, connection.sides[side].next != sequence &+ 1 {
      if headers.tcpFlags & 16 == 0 { connection = Connection() }
      connection.sides[side].next = sequence &+ 1
    }
    connection.sides[side].tuple = tuple
    if !payload.isEmpty {
      let first = sequence &+ (headers.tcpFlags & 2 != 0 ? 1 : 0)
      if connection.sides[side].next == nil { connection.sides[side].next = first }
      if connection.sides[side].held[first] == nil { connection.sides[side].held[first] = payload }
      deliver(&connection, side, isDNS: source.port == 53 || destination.port == 53)
    }
    connections[pair] = connection
  }

  /// Hands on the held segments that continue the direction; the rest waits, for good if need be.
  private mutating func deliver(_ connection: inout Connection, _ side: Int, isDNS: Bool) {
    while let next = connection.sides[side].next,
      let (sequence, payload) = connection.sides[side].held.first(where: {
        let offset = Int(Int32(bitPattern: next &- $0.key))
        return offset >= 0
      })
    {
      connection.sides[side].held[sequence] = nil
      let repeated = Int(next &- sequence)
      guard repeated < payload.count else { continue }
      connection.sides[side].next = next &+ UInt32(payload.count - repeated)
      connection.sides[side].pending += payload[repeated...]
      if isDNS {
        var parser = DNSStreamParser()
        while true {
          let pending = connection.sides[side].pending
          guard case (let consumed, .message(let range)) = parser.consume(pending.span.bytes) else { break }
          dns(Array(pending[range]), connection.sides[side].tuple)
          connection.sides[side].pending.removeFirst(consumed)
        }
        continue
      }
      drain(&connection, side)
      drain(&connection, 1 - side)
    }
  }

  private mutating func drain(_ connection: inout Connection, _ side: Int) {
    while true {
      let bytes = connection.sides[side].pending
      let tuple = connection.sides[side].tuple
      let (consumed, didFind): (Int, Bool)
      if connection.sides[side].http2 != nil {
        (consumed, didFind) = http2(&connection, side, bytes, tuple)
      } else if connection.sides[side].kafka != nil {
        (consumed, didFind) = kafka(&connection, side, bytes, tuple)
      } else if identify(&connection, side, bytes) {
        continue
      } else {
        (consumed, didFind) = http1(&connection, side, bytes, tuple)
      }
      if consumed == 0, !didFind { return }
      connection.sides[side].pending.removeFirst(consumed)
    }
  }

  /// Where HTTP/1 would find nothing: HTTP/2 and Kafka from the middle of a connection.
  private func identify(_ connection: inout Connection, _ side: Int, _ bytes: [UInt8]) -> Bool {
    guard connection.exchanges.successor == nil, case .between = connection.sides[side].http1.state,
      HTTP1Recognition.recognise(bytes.span.bytes, from: 0) == .neither
    else { return false }
    if HTTP2Recognition.begins(bytes.span.bytes) {
      connection.sides[side].http2 = HTTP2Parser(.midstream)
      return true
    }
    guard KafkaRecognition.begins(bytes.span.bytes) else { return false }
    connection.sides[side].kafka = KafkaParser(.client)
    connection.sides[1 - side].kafka = KafkaParser(.broker)
    return true
  }

  private mutating func http1(
    _ connection: inout Connection, _ side: Int, _ bytes: [UInt8], _ tuple: String
  ) -> (Int, Bool) {
    let (consumed, event) = connection.sides[side].http1.consume(bytes.span.bytes, &connection.exchanges)
    switch event {
    case .head:
      let head = connection.sides[side].http1.head
      guard let method = head.method(in: bytes.span.bytes), let target = head.target(in: bytes.span.bytes) else {
        break
      }
      let host = head.host.map { bytes.span.bytes.text($0) } ?? ""
      add("http1 \(tuple) \(method) \(target) \(host)")
    case .switched(.http2):
      let isClient = bytes.starts(with: Array("PRI * ".utf8))
      connection.sides[side].http2 = HTTP2Parser(isClient ? .clientPreface : .firstFrame)
    case .switched:
      return (bytes.count, false)
    case .needsBytes, .waits, .failed:
      return (consumed, false)
    }
    return (consumed, true)
  }

  private mutating func http2(_ connection: inout Connection, _ side: Int, _ bytes: [UInt8], _ tuple: String) -> (
    Int, Bool
  ) {
    guard var parser = connection.sides[side].http2 else { return (bytes.count, false) }
    let (consumed, event) = parser.consume(bytes.span.bytes)
    connection.sides[side].http2 = parser
    let block = parser.block
    if event == .headers, block.kind == .request, block.frameType != 5 {
      let parts: [StaticString] = [":method", ":path", ":authority"]
      add("http2 \(tuple) \(parts.map { block.text(of: $0) ?? "none" }.joined(separator: " "))")
    }
    return (consumed, event != .needsBytes)
  }

  private mutating func kafka(_ connection: inout Connection, _ side: Int, _ bytes: [UInt8], _ tuple: String) -> (
    Int, Bool
  ) {
    guard var parser = connection.sides[side].kafka else { return (bytes.count, false) }
    let (consumed, event) = parser.consume(bytes.span.bytes, &connection.kafka)
    connection.sides[side].kafka = parser
    if case .request(let request) = event {
      var topics: [String] = []
      for topic in request.topics ?? [] { topics.append(bytes.span.bytes.text(topic)) }
      let client = request.clientID.map { bytes.span.bytes.text($0) } ?? ""
      add("kafka \(tuple) \(request.apiKey) \(request.apiVersion) \(client) \(request.correlationID)")
      if !topics.isEmpty { add("topics \(tuple) \(request.correlationID) \(topics.sorted())") }
    }
    return (consumed, event != .needsBytes)
  }
}
