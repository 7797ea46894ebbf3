import Testing

@testable import Layer7

@Suite struct HTTP1ParserTests {
  private func requests(_ text: String) -> [String] {
    var conversation = HTTP1Conversation()
    conversation.client(text)
    return conversation.log
  }

  @Test func pipelinedRequestsAndBlankLinesBeforeThem() {
    #expect(
      requests(
        "\r\n\nGET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.0\nContent-Length: 3\n\nabcGET /c HTTP/1.1\r\n\r\n")
        == ["GET /a?x=1 HTTP/1.1|Host=h", "POST /b HTTP/1.0|Content-Length=3", "GET /c HTTP/1.1"])
  }

  @Test func chunkedRequestsEndAfterTheirTrailers() {
    #expect(
      requests(
        "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n5;a=b\r\nGET /\r\n0A \r\n0123456789\r\n0\r\nT: v\r\n\r\n"
          + "GET /next HTTP/1.1\r\n\r\n")
        == ["POST / HTTP/1.1|Transfer-Encoding=gzip, Chunked", "GET /next HTTP/1.1"])
  }

  @Test(
    "a body without a clear length ends what can be said of the stream's bytes",
    arguments: [
      ("Content-Length: 3\r\nContent-Length: 4", HTTP1Head.Oddities.invalidLength),
      ("Content-Length: 3, 4", .invalidLength), ("Content-Length: +3", .invalidLength),
      ("Content-Length: 3 3", .invalidLength), ("Content-Length:", .invalidLength),
      ("Content-Length: 1234567890123456789", .invalidLength), ("Transfer-Encoding: xchunked", .unclearEncoding),
      ("Transfer-Encoding: chunked, identity", .unclearEncoding), ("Transfer-Encoding: \u{b}chunked", .unclearEncoding),
    ])
  func unknownLength(_ fields: String, _ oddity: HTTP1Head.Oddities) {
    var conversation = HTTP1Conversation()
    conversation.client("POST / HTTP/1.1\r\n\(fields)\r\n\r\nabcGET /smuggled HTTP/1.1\r\n\r\n")
    #expect(conversation.log.count == 2)
    #expect(conversation.log.last == "unknownLength")
    #expect(conversation.heads[0].oddities.contains(oddity))
  }

  @Test(arguments: [
    ("Content-Length: 3\r\nContent-Length: 3", HTTP1Head.Oddities.repeatedLength, "abc"),
    ("Content-Length: 3, 3", .repeatedLength, "abc"),
    ("Content-Length: 3\r\nTransfer-Encoding: chunked", .lengthAndEncoding, "1\r\nx\r\n0\r\n\r\n"),
    ("Host: a\r\nHost: b", .repeatedHost, ""), ("Content-Length : 3", .misplacedSpace, ""),
    ("A: b\r\n\tc", .foldedValue, ""), ("nonsense", .lineWithoutColon, ""), ("A: b\nC: d", .bareLineFeed, ""),
  ])
  func oddButReadable(_ fields: String, _ oddity: HTTP1Head.Oddities, _ body: String) {
    var conversation = HTTP1Conversation()
    conversation.client("POST / HTTP/1.1\r\n\(fields)\r\n\r\n\(body)GET /next HTTP/1.1\r\n\r\n")
    #expect(conversation.log.last == "GET /next HTTP/1.1")
    #expect(conversation.heads[0].oddities == oddity)
    #expect(conversation.heads.last?.oddities == [])
  }

  @Test func foldedValuesReadAsOne() {
    #expect(requests("GET / HTTP/1.1\r\nA: b\r\n  c\r\n\td \r\nE:\r\n f\r\n\r\n") == ["GET / HTTP/1.1|A=b c d|E=f"])
  }

  @Test func firstLinesThatLackParts() {
    #expect(requests("OPTIONS\nHost: h\n\n") == ["OPTIONS  |Host=h"])
    #expect(requests("GET HTTP/1.1\r\n\r\n") == ["GET HTTP/1.1 "])
    #expect(requests("GET  / HTTP/1.1\r\n\r\n") == ["GET  / HTTP/1.1"])
    #expect(requests("BREW /pot HTTP/1.1\r\n\r\n") == ["BREW /pot HTTP/1.1"])
    #expect(requests("BREW /pot\r\n\r\n") == ["notHTTP"])
    #expect(requests("GET/ HTTP/1.1\r\n\r\n") == ["notHTTP"])
    #expect(requests("\u{16}\u{3}\u{1}") == ["notHTTP"])
  }

  @Test func aResponseToHEADHasNoBody() {
    var conversation = HTTP1Conversation()
    conversation.client("HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    conversation.server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    conversation.server("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
    conversation.server("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 until close\r\n\r\n")
    #expect(
      conversation.log == [
        "HEAD / HTTP/1.1", "GET / HTTP/1.1", "200|Content-Length=10", "200|Content-Length=2", "304|Content-Length=10",
        "204", "200",
      ])
  }

  @Test func aBodyBehindContinue() {
    var conversation = HTTP1Conversation()
    conversation.client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    conversation.server("HTTP/1.1 100 Continue\r\n\r\n")
    conversation.client("hiGET / HTTP/1.1\r\n\r\n")
    conversation.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 201 Created\r\n\r\n")
    #expect(conversation.log.map { $0.prefix(3) } == ["POS", "100", "GET", "200", "201"])
  }

  @Test func connectSwitchesOnlyWhenItIsAccepted() {
    var conversation = HTTP1Conversation()
    conversation.client("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\nGET /inside HTTP/1.1\r\n\r\n")
    #expect(conversation.log.count == 1)
    conversation.server("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 inside\r\n\r\n")
    #expect(conversation.log.dropFirst() == ["200", "tunnel: 23", "tunnel: 24"])

    conversation = HTTP1Conversation()
    conversation.client("CONNECT h:443 HTTP/1.1\r\n\r\nGET /outside HTTP/1.1\r\n\r\n")
    conversation.server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    #expect(conversation.log.map { $0.prefix(4) } == ["CONN", "403|", "GET "])
  }

  @Test(arguments: [("h2c", "http2"), ("websocket", "upgraded")])
  func upgrades(_ name: String, _ successor: String) {
    var conversation = HTTP1Conversation()
    conversation.client("GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: \(name)\r\n\r\n")
    conversation.client("\u{0}\u{1}")
    conversation.server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: \(name)\r\nConnection: upgrade\r\n\r\nabc")
    #expect(conversation.log.suffix(2) == ["\(successor): 3", "\(successor): 2"])
  }

  @Test func anIgnoredUpgradeStaysInHTTP() {
    var conversation = HTTP1Conversation()
    conversation.client("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
    conversation.server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 404 No\r\n\r\n")
    #expect(conversation.log.map { $0.prefix(6) } == ["GET / ", "GET /2", "200|Co", "404"])
  }

  @Test func http2WithPriorKnowledge() {
    #expect(requests("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n....") == ["http2: 28"])
  }

  @Test func bytesLostWithinABodyLoseNothingElse() {
    var conversation = HTTP1Conversation()
    conversation.client("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n0123456789")
    conversation.skip(0, 80)
    conversation.client("0123456789GET /next HTTP/1.1\r\n\r\n")
    conversation.skip(0, 5)
    conversation.client("t of a head\r\n\r\n")
    conversation.client("GET /again HTTP/1.1\r\n\r\n")
    #expect(conversation.log.dropFirst() == ["GET /next HTTP/1.1", "notHTTP", "GET /again HTTP/1.1"])
  }

  @Test func limitsAreMet() {
    let endless = "GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: HTTP1Parser.maximumHead)
    #expect(requests(endless) == ["headTooLong"])
    let many = String(repeating: "A: b\r\n", count: HTTP1Parser.maximumFields + 1)
    #expect(requests("GET / HTTP/1.1\r\n\(many)\r\n") == ["tooManyFields"])
    let chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(requests(chunks + "zz\r\n").last == "invalidChunk")
    #expect(requests(chunks + "1000000000000000\r\n").last == "invalidChunk")
    #expect(requests(chunks + "1\r\nxy\r\n").last == "invalidChunk")
    #expect(requests(chunks + "1;" + String(repeating: "x", count: 5_000)).last == "invalidChunk")
    let trailers = String(repeating: "A: b\r\n", count: HTTP1Parser.maximumHead / 6 + 1)
    #expect(requests(chunks + "0\r\n" + trailers).last == "trailersTooLong")
  }
}
