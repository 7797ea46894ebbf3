import Addresses
import Testing

@testable import Layer7

@Suite struct QUICTests {
  private let client = StreamEnd(address: IPAddress(ipv4: 1), port: 50_000)
  private let server = StreamEnd(address: IPAddress(ipv4: 2), port: 443)
  private let message = HelloBytes.message(HelloBytes.usual)

  /// The server names of the hellos that datagrams of the client complete, with the number of the datagram.
  private func names(_ datagrams: [[UInt8]]) -> [(Int, [String])] {
    var reader = QUICReader()
    return names(datagrams, &reader)
  }

  private func names(_ datagrams: [[UInt8]], _ reader: inout QUICReader) -> [(Int, [String])] {
    var found: [(Int, [String])] = []
    for (index, datagram) in datagrams.enumerated() {
      for event in reader.read(datagram.span.bytes, from: client, to: server) {
        if case .clientHello(_, let hello) = event { found.append((index, hello.serverNames)) }
        if case .googleHello(_, let name) = event { found.append((index, [name])) }
      }
    }
    return found
  }

  private func hasOneHello(_ found: [(Int, [String])], at index: Int) -> Bool {
    found.count == 1 && found[0].0 == index && found[0].1 == ["shop.example"]
  }

  @Test(arguments: [1, 2]) func initialPacketsAreOpenedWithTheKeysOfTheRFCs(version: Int) throws {
    let packet = version == 1 ? InitialPacket.v1 : InitialPacket.v2
    let datagram = try packet.sealed(InitialPacket.crypto(message, at: 0), number: 2)
    var reader = QUICReader()
    let events = reader.read(datagram.span.bytes, from: client, to: server)
    #expect(events.count == 2)
    let text = version == 1 ? "0x00000001" : "0x6b3343cf"
    #expect(
      events.first
        == .connection(
          version: text, destinationID: InitialPacket.connectionID, packetType: version == 1 ? 0 : 1, isGoogle: false))
    guard case .clientHello(text, let hello) = events.last else {
      Issue.record("no hello: \(events)")
      return
    }
    #expect(hello.serverNames == ["shop.example"])
  }

  @Test func aHelloMayBeSpreadOverPacketsAndFramesInAnyOrder() throws {
    let middle = message.count / 2
    let ping: [UInt8] = [1]
    let acknowledgment: [UInt8] = [2, 5, 0, 1, 0, 1, 1]
    let last = ping + InitialPacket.crypto(Array(message[middle...]), at: middle) + ping
    let first =
      acknowledgment + InitialPacket.crypto(Array(message[9..<middle + 4]), at: 9)
      + InitialPacket.crypto(Array(message[..<12]), at: 0)
    let packets = [try InitialPacket.v1.sealed(last, number: 0), try InitialPacket.v1.sealed(first, number: 1)]
    #expect(hasOneHello(names(packets), at: 1))
    // Coalesced in one datagram, and repeated.
    #expect(hasOneHello(names([packets[0] + packets[1], packets[1]]), at: 0))
  }

  @Test(arguments: [(0x5430_3531, 8), (0x5430_3530, 8), (0x5130_3530, 8), (1, 6)])
  func googleNumbersItsFramesItself(version: UInt32, type: UInt8) {
    let frames = [0, type] + InitialPacket.crypto([7, 8], at: 3).dropFirst()
    for version in [QUICVersion(rawValue: version), QUICVersion(rawValue: version == 1 ? 0x5430_3531 : 1)] {
      var found: [UInt64] = []
      QUICFrames.forEachCrypto(in: frames.span.bytes, version) { offset, data in
        if data.byteCount == 2 { found.append(offset) }
      }
      #expect(found == (version.isGoogle == (type == 8) ? [3] : []))
    }
  }

  @Test func keysStayThoseOfTheFirstConnectionID() throws {
    let middle = message.count / 2
    let first = try InitialPacket.v1.sealed(InitialPacket.crypto(Array(message[..<middle]), at: 0), number: 0)
    // The server has chosen another ID by now.
    let last = try InitialPacket.v1.sealed(
      InitialPacket.crypto(Array(message[middle...]), at: middle), number: 1, connectionID: [9, 9, 9])
    #expect(hasOneHello(names([first, last]), at: 1))
  }

  @Test func aRetryRepeatsTheHelloOfTheSameConnection() throws {
    let datagram = try InitialPacket.v1.sealed(InitialPacket.crypto(message, at: 0), number: 0)
    let again = try InitialPacket.v1.sealed(InitialPacket.crypto(message, at: 0), number: 1, token: [1, 2, 3])
    #expect(hasOneHello(names([datagram, again]), at: 0))
  }

  @Test func cutAndChangedPacketsAreNotOpened() throws {
    let datagram = try InitialPacket.v1.sealed(InitialPacket.crypto(message, at: 0), number: 0)
    for index in datagram.indices {
      var changed = datagram
      changed[index] ^= 0x10
      #expect(names([changed]).isEmpty, "byte \(index)")
      #expect(names([Array(datagram.prefix(index))]).isEmpty)
    }
  }

  @Test(arguments: 0..<50) func anyDatagramIsSurvived(seed: Int) throws {
    var random = Random(seed: UInt64(seed) + 5)
    let good = try InitialPacket.v1.sealed(InitialPacket.crypto(message, at: 0), number: 0)
    var reader = QUICReader()
    for _ in 0..<200 {
      var datagram = Array(good.prefix(Int.random(in: 0...60, using: &random)))
      for _ in 0..<Int.random(in: 0...5, using: &random) where !datagram.isEmpty {
        datagram[Int.random(in: 0..<datagram.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = QUICReader.mayConcern(datagram.span.bytes)
      _ = reader.read(datagram.span.bytes, from: client, to: server)
    }
  }

  /// What is inside a packet whose tag verifies is no more to be trusted.
  @Test(arguments: 0..<50) func anyFramesAreSurvived(seed: Int) throws {
    var random = Random(seed: UInt64(seed) + 6)
    var reader = QUICReader()
    for number in 0..<20 {
      var frames = InitialPacket.crypto(Array(message.prefix(60)), at: Int.random(in: 0...70_000, using: &random))
      for _ in 0..<3 { frames[Int.random(in: 0..<frames.count, using: &random)] = .random(in: 0...255, using: &random) }
      let datagram = try InitialPacket.v1.sealed(frames, number: number)
      _ = reader.read(datagram.span.bytes, from: client, to: server)
    }
  }

  @Test func sendersAreRemembered() {
    var reader = QUICReader()
    let negotiation: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    let first = reader.read(negotiation.span.bytes, from: server, to: client)
    let second = reader.read(negotiation.span.bytes, from: server, to: client)
    #expect(first.count == 1)
    #expect(second.isEmpty)
    let foreign: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
    let elsewhere = StreamEnd(address: IPAddress(ipv4: 3), port: 1)
    let none = reader.read(foreign.span.bytes, from: elsewhere, to: server)
    #expect(none.isEmpty)
  }

  @Test func googlesHelloIsAListOfTags() {
    let values: [(String, [UInt8])] = [("PAD\0", [1, 1, 1]), ("SNI\0", Array("g.example".utf8)), ("VER\0", [1])]
    var end = 0
    var message = Array("CHLO".utf8) + [UInt8(values.count), 0, 0, 0]
    for (tag, value) in values {
      end += value.count
      message += Array(tag.utf8) + [UInt8(end), 0, 0, 0]
    }
    message += values.flatMap(\.1)
    let flags: [UInt8] = [0x0d] + [UInt8](repeating: 3, count: 8)
    let hash = [UInt8](repeating: 0xee, count: 14)
    let datagram = flags + Array("Q025".utf8) + hash + [0xa0, 1, 0, 0] + message
    #expect(names([datagram]).map(\.1) == [["g.example"]])
    for index in datagram.indices {
      var changed = datagram
      changed[index] = 0xff
      _ = names([changed])
      _ = names([Array(datagram.prefix(index))])
    }
  }

  @Test func fragmentsOfAMessageJoinInAnyOrder() {
    var random = Random(seed: 3)
    for _ in 0..<100 {
      let whole = (0..<Int.random(in: 1...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      var pieces = stride(from: 0, to: whole.count, by: 7).map {
        max(0, $0 - Int.random(in: 0...9, using: &random))..<min(whole.count, $0 + 7)
      }
      pieces.shuffle(using: &random)
      var assembly = RangeAssembly(limit: whole.count)
      for piece in pieces {
        let added = assembly.add(Array(whole[piece]).span.bytes, at: piece.lowerBound)
        #expect(added)
      }
      let joined = assembly.withContiguous { $0.array }
      #expect(joined == whole)
      let beyond = assembly.add([UInt8(1)].span.bytes, at: whole.count)
      #expect(!beyond)
    }
  }
}
