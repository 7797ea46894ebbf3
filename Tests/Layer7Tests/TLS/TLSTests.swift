import Testing

@testable import Layer7

@Suite struct TLSTests {
  private func read(_ body: [UInt8], length: Int? = nil) -> TLSClientHello? {
    TLSClientHello(body: body.span.bytes, length: length ?? body.count)
  }

  private func recognises(_ stream: [UInt8], first count: Int? = nil) -> Bool? {
    TLSStreamReader.recognises(stream.span.bytes.extracting(first: count ?? stream.count))
  }

  private func recognisesDatagram(_ datagram: [UInt8]) -> Bool { DTLSReader.recognises(datagram.span.bytes) }

  private func names(_ datagram: [UInt8], _ reader: inout DTLSReader) -> [[String]] {
    reader.read(datagram.span.bytes).map(\.serverNames)
  }

  /// All hellos of a client's stream that arrives at once.
  private func hellos(_ stream: [UInt8], isFinal: Bool = false) -> [TLSClientHello] {
    var reader = TLSStreamReader()
    var position = 0
    var found: [TLSClientHello] = []
    while case .hello(let hello) = reader.next(stream.span.bytes, &position, isFinal: isFinal) { found.append(hello) }
    return found
  }

  /// The same of a stream that arrives in pieces, each shown when the reader has what it asked for.
  private func hellos(_ pieces: [[UInt8]]) -> [TLSClientHello] {
    var reader = TLSStreamReader()
    var found: [TLSClientHello] = []
    var pending: [UInt8] = []
    var skip = 0
    var needed = 0
    for piece in pieces {
      pending += piece
      let dropped = min(skip, pending.count)
      pending.removeFirst(dropped)
      skip -= dropped
      guard pending.count >= needed else { continue }
      var position = 0
      loop: while true {
        switch reader.next(pending.span.bytes, &position) {
        case .hello(let hello): found.append(hello)
        case .needs(let count):
          needed = count
          break loop
        case .done: return found
        }
      }
      skip = max(position - pending.count, 0)
      pending.removeFirst(min(position, pending.count))
    }
    return found
  }

  @Test func readsWhatAClientTellsInTheClear() throws {
    let hello = try #require(read(HelloBytes.usual))
    #expect(hello.serverNames == ["shop.example"])
    #expect(hello.applicationProtocols == ["h2", "http/1.1"])
    #expect(hello.supportedVersions == [0x1a1a, 0x0304, 0x0303])
    #expect(hello.version == 0x0303)
    #expect(hello.offersECH)
    #expect(!hello.offersESNI)
    #expect(!hello.isTruncated)
  }

  @Test func oldHellosHaveNoExtensions() throws {
    let hello = try #require(read(HelloBytes.body(nil, version: 0x0300)))
    #expect(hello.serverNames.isEmpty)
    #expect(!hello.isTruncated)
    #expect(read(HelloBytes.body(nil, version: 0x4745)) == nil)
  }

  @Test func aCutHelloIsReadAsFarAsItGoes() throws {
    let body = HelloBytes.body([HelloBytes.serverName(["a.example"]), HelloBytes.applicationProtocols(["h2"])])
    let cut = Array(body.dropLast(2))
    let hello = try #require(read(cut, length: body.count))
    #expect(hello.isTruncated)
    #expect(hello.serverNames == ["a.example"])
    let stream = Array(HelloBytes.records(HelloBytes.message(body)).dropLast(2))
    #expect(hellos(stream).isEmpty)
    #expect(hellos(stream, isFinal: true).map(\.serverNames) == [["a.example"]])
  }

  @Test(arguments: [1, 2, 3, 5, 17, 100, 16_384]) func aHelloMayBeSpreadOverRecords(limit: Int) {
    let stream = HelloBytes.records(HelloBytes.message(HelloBytes.usual), limit: limit)
    #expect(hellos(stream).map(\.serverNames) == [["shop.example"]])
    #expect(recognises(stream) == true)
    #expect(hellos(stream.map { [$0] }).map(\.serverNames) == [["shop.example"]])
  }

  @Test func aSecondHelloFollowsAHelloRetryRequest() {
    let hello = HelloBytes.records(HelloBytes.message(HelloBytes.usual))
    let early: [UInt8] = [23, 3, 3, 0, 4, 1, 2, 3, 4]
    let changeCipherSpec: [UInt8] = [20, 3, 3, 0, 1, 1]
    #expect(hellos(hello + early + changeCipherSpec + hello).count == 2)
    #expect(
      hellos(HelloBytes.records(HelloBytes.message(HelloBytes.usual) + HelloBytes.message(HelloBytes.usual))).count == 2
    )
  }

  @Test func whatFollowsTheHandshakeIsPassedOver() {
    let hello = HelloBytes.records(HelloBytes.message(HelloBytes.usual))
    var reader = TLSStreamReader()
    var position = 0
    let stream = hello + [23, 3, 3, 0x10, 0]
    guard case .hello = reader.next(stream.span.bytes, &position) else {
      Issue.record("no hello")
      return
    }
    let step = reader.next(stream.span.bytes, &position)
    #expect(step == .needs(5))
    #expect(position == stream.count + 0x1000)
  }

  @Test func onlyHellosAreRecognised() {
    let stream = HelloBytes.records(HelloBytes.message(HelloBytes.usual))
    for count in 0..<11 { #expect(recognises(stream, first: count) == nil) }
    #expect(recognises(stream, first: 11) == true)
    let others: [[UInt8]] = [
      Array("GET / HTTP/1.1\r\n".utf8), HelloBytes.records(HelloBytes.message(HelloBytes.usual, type: 2)),
      [22, 3, 9, 0, 5, 1, 0, 0, 1, 3, 3], [22, 3, 1, 0xff, 0xff, 1],
    ]
    for other in others { #expect(recognises(other) == false) }
  }

  @Test func aHelloBeyondTheLimitIsNotRead() {
    let body = HelloBytes.body([HelloBytes.empty(21, 40_000), HelloBytes.empty(21, 25_500)])
    #expect(hellos(HelloBytes.records(HelloBytes.message(body))).isEmpty)
  }

  /// Cut anywhere, the reader finds what it finds in the whole.
  @Test(arguments: 0..<100) func anyCutGivesTheSameHellos(seed: Int) {
    var random = Random(seed: UInt64(seed) + 77)
    var stream: [UInt8] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      stream += HelloBytes.records(
        HelloBytes.message(HelloBytes.usual), limit: Int.random(in: 1...300, using: &random))
      stream += [20, 3, 3, 0, 1, 1]
    }
    var pieces: [[UInt8]] = []
    var position = 0
    while position < stream.count {
      let end = min(stream.count, position + Int.random(in: 1...90, using: &random))
      pieces.append(Array(stream[position..<end]))
      position = end
    }
    #expect(hellos(pieces) == hellos(stream))
  }

  /// Every byte changed, and every length with it: nothing is read that is not there.
  @Test func anyChangedByteIsSurvived() {
    for stream in [
      HelloBytes.records(HelloBytes.message(HelloBytes.usual)),
      HelloBytes.records(HelloBytes.message(HelloBytes.usual), limit: 9),
    ] {
      for index in stream.indices {
        for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff, stream[index] &+ 1, stream[index] &- 1] {
          var changed = stream
          changed[index] = value
          _ = hellos(changed)
          _ = hellos(changed, isFinal: true)
          _ = hellos(Array(changed.prefix(index)), isFinal: true)
        }
      }
    }
  }

  // MARK: - DTLS

  private func fragment(_ body: [UInt8], _ range: Range<Int>, sequence: Int = 0, version: Int = 0xfefd) -> [UInt8] {
    let part = Array(body[range])
    let message =
      [1] + HelloBytes.number(body.count, 3) + HelloBytes.number(sequence, 2)
      + HelloBytes.number(range.lowerBound, 3) + HelloBytes.number(part.count, 3) + part
    return [22] + HelloBytes.number(version, 2) + [0, 0, 0, 0, 0, 0, 0, 1] + HelloBytes.vector(message, 2)
  }

  private var datagramBody: [UInt8] {
    HelloBytes.body([HelloBytes.serverName(["dtls.example"])], version: 0xfefd, cookie: [1, 2, 3])
  }

  @Test func dtlsHellosAreReadWholeAndInFragments() {
    let body = datagramBody
    let whole = fragment(body, 0..<body.count)
    var reader = DTLSReader()
    #expect(recognisesDatagram(whole))
    #expect(names(whole, &reader) == [["dtls.example"]])

    let last = fragment(body, 40..<body.count)
    let first = fragment(body, 0..<50)
    #expect(names(last, &reader).isEmpty)
    #expect(names(first, &reader) == [["dtls.example"]])
    let coalesced = first + last
    #expect(names(coalesced, &reader).count == 1)
  }

  @Test func anyChangedDatagramIsSurvived() {
    let body = datagramBody
    let datagram = fragment(body, 0..<60) + fragment(body, 50..<body.count)
    for index in datagram.indices {
      for value: UInt8 in [0, 1, 0x80, 0xff] {
        var changed = datagram
        changed[index] = value
        var reader = DTLSReader()
        _ = DTLSReader.recognises(changed.span.bytes)
        _ = reader.read(changed.span.bytes)
        _ = reader.read(changed.span.bytes.extracting(first: index))
      }
    }
  }
}
