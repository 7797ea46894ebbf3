import Layer7
import Testing

@Suite struct HTTP1PropertyTests {
  static let client = Array(
    """
    \r\nPOST /a HTTP/1.1\r\nHost: one.example\r\nTransfer-Encoding: chunked\r\nX-Long: \(String(repeating: "v", count: 99))\r
    \r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrailer: t\r\n\r\nHEAD /b HTTP/1.1\nA: b\n c\n\nPUT /c HTTP/1.1\r
    Content-Length: 5\r\n\r\n12345BREW /d HTTP/1.1\r\n\r\nCONNECT e:1 HTTP/1.1\r\n\r\nxyz
    """.utf8)
  static let server = Array(
    """
    HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\nContent-Length: 4\r
    \r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nHTTP/1.0 418 Teapot\r
    Content-Length: 0\r\n\r\nHTTP/1.1 200 Tunnel\r\n\r\nuvw
    """.utf8)

  private func log(_ client: [UInt8], _ clientSplits: [Int], _ server: [UInt8], _ serverSplits: [Int]) -> [String] {
    var conversation = HTTP1Conversation()
    conversation.feed(0, client, splitAt: clientSplits)
    conversation.feed(1, server, splitAt: serverSplits)
    return conversation.log
  }

  @Test func theMessagesAreThoseThatWereSent() {
    let log = log(Self.client, [], Self.server, [])
    #expect(
      log.map { $0.prefix(3) } == [
        "POS", "HEA", "PUT", "BRE", "CON", "100", "200", "200", "201", "418", "200", "tun", "tun",
      ])
  }

  @Test func everySplitGivesTheSameMessages() {
    let heads = { (log: [String]) in log.filter { !$0.hasPrefix("tunnel") } }
    let whole = heads(log(Self.client, [], Self.server, []))
    for offset in 1..<Self.client.count {
      #expect(heads(log(Self.client, [offset], Self.server, [])) == whole, "client split at \(offset)")
    }
    for offset in 1..<Self.server.count {
      #expect(heads(log(Self.client, [], Self.server, [offset])) == whole, "server split at \(offset)")
    }
    #expect(heads(log(Self.client, Array(1..<Self.client.count), Self.server, Array(1..<Self.server.count))) == whole)
  }

  @Test func changedBytesNeverCrash() {
    var random = Random(seed: 0x6731)
    for _ in 0..<4_000 {
      var client = Self.client
      var server = Self.server
      random.damage(&client)
      random.damage(&server)
      let splits = [Int.random(in: 0...client.count, using: &random)]
      _ = log(client, splits, server, [])
    }
    for _ in 0..<2_000 {
      _ = log(random.bytes(200), [], random.bytes(200), [])
    }
  }
}
