import Layer7
import Proxy
import Rules
import Tables
import Testing

/// What is sent to exhaust a proxy meets a stated limit, is counted, and is refused or not judged.
@Suite struct BombTests {
  private static let http = L4Filter.on(80, [.http([("GET", "/ok.*")])])
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private func closed(_ bytes: [UInt8], segment: Int = 1_400) -> ProxyCounters {
    var stage = Stage(egress: (.http, [Self.http]))
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    for start in stride(from: 0, to: bytes.count, by: segment) {
      stage.send(wire.tcp(Array(bytes[start..<min(start + segment, bytes.count)])))
      guard stage.counters.closed.isEmpty else { break }
    }
    return stage.counters
  }

  private func frame(_ kind: UInt8, _ flags: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [
      UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xff), UInt8(payload.count & 0xff), kind, flags, 0, 0, 0,
      1,
    ]
      + payload
  }

  /// A literal field, which is added to the dynamic table.
  private func literal(name: Int, value: Int) -> [UInt8] {
    [0x40, 0x7f] + integer(name - 127) + [UInt8](repeating: 97, count: name) + [0x7f] + integer(value - 127)
      + [UInt8](repeating: 98, count: value)
  }

  /// The rest of an integer of RFC 7541, section 5.1.
  private func integer(_ number: Int) -> [UInt8] {
    number < 128 ? [UInt8(number)] : [UInt8(number & 0x7f | 0x80)] + integer(number >> 7)
  }

  @Test("a field of 3 KiB, named a thousand times")
  func compressedFields() {
    let bomb = literal(name: 1_000, value: 2_000) + [UInt8](repeating: 0xbe, count: 1_000)
    #expect(closed(Self.preface + frame(4, 0, []) + frame(1, 4, bomb)).closed == [.malformedHTTP: 1])
  }

  @Test("more continuations than HTTP2Parser.maximumContinuations")
  func continuations() {
    let flood = frame(1, 0, [0x82]) + (0...HTTP2Parser.maximumContinuations).flatMap { _ in frame(9, 0, []) }
    #expect(closed(Self.preface + frame(4, 0, []) + flood).closed == [.malformedHTTP: 1])
  }

  @Test("a head without an end, in large segments and in the smallest", arguments: [1_400, 1])
  func endlessHead(segment: Int) {
    let fields = String(repeating: "A: b\r\n", count: HTTP1Parser.maximumHead / 6 + 1)
    let head = "GET /ok HTTP/1.1\r\nHost: shop\r\n" + fields
    #expect(closed(Array(head.utf8), segment: segment).closed == [.headTooLarge: 1])
  }

  @Test func aQueryWhoseNameLoopsIsNotPassedOn() {
    var stage = Stage(egress: (.dns, [.on(53, .udp, [.dns(["*"])])]))
    let query: [UInt8] = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]
    #expect(stage.send(Wire(port: 53).udp(query)).refusedBy == .egress)
    #expect(stage.counters.dnsDenied <= 1)
  }

  @Test("a hole that is never filled: StreamLimits.heldSegments wait for it")
  func aHole() {
    var stage = Stage(egress: (.http, [Self.http]))
    var wire = Wire(port: 80)
    stage.run(wire.handshake())
    _ = wire.tcp(Messages.request("GET", "/no"))
    for _ in 0..<StreamLimits().heldSegments { #expect(stage.send(wire.tcp([1])).refusedBy == nil) }
    // The hole is given up: its content is not judged, and what follows is looked at again.
    stage.send(wire.tcp([1]))
    #expect(stage.send(wire.tcp(Messages.request("GET", "/no"))).refusedBy == .egress)
    #expect(stage.counters.closed.isEmpty)
  }

  @Test("what compressed fields take in all connections is bounded by 64 MiB")
  func dynamicTables() {
    var stage = Stage(egress: (.http, [Self.http]))
    // A table of 256 KiB, filled: 128 of them take 64 MiB by the count of the proxy.
    let size: [UInt8] = [0x3f] + integer((256 << 10) - 31)
    var block = size
    for _ in 0..<60 { block += literal(name: 200, value: 4_000) }
    let opening = Self.preface + frame(4, 0, [])
    for number in 0..<160 {
      var wire = Wire(port: 80, clientPort: 30_000 + UInt16(number))
      stage.run(wire.handshake() + [wire.tcp(opening)])
      var bytes = frame(1, 0, Array(block.prefix(16_000)))
      for start in stride(from: 16_000, to: block.count, by: 16_000) {
        let end = min(start + 16_000, block.count)
        bytes += frame(9, end == block.count ? 4 : 0, Array(block[start..<end]))
      }
      for start in stride(from: 0, to: bytes.count, by: 60_000) {
        stage.send(wire.tcp(Array(bytes[start..<min(start + 60_000, bytes.count)])))
      }
    }
    #expect(stage.counters.givenUp > 0)
    #expect((stage.counters.unjudged[.exhausted] ?? 0) > 0)
  }
}
