import Testing

@testable import Layer7

@Suite struct HPACKTests {
  static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.filter { !$0.isWhitespace }
    return stride(from: 0, to: digits.count, by: 2).compactMap { offset in
      UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
    }
  }

  private func decode(_ blocks: [String]) -> [[String]] {
    var decoder = HPACKDecoder(fromBeginning: true)
    return blocks.map { text in
      var block = HTTP2HeaderBlock()
      let bytes = Self.bytes(text)
      let failure = decoder.decode(bytes.span.bytes, into: &block)
      return failure.map { ["\($0)"] } ?? block.fields.map { "\(block.text($0.name)): \(block.text($0.value))" }
    }
  }

  static let requests = [
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
    [
      ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com", "custom-key: custom-value",
    ],
  ]
  static let responses = [
    [
      ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
      "location: https://www.example.com",
    ],
    [
      ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
      "location: https://www.example.com",
    ],
    [
      ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
      "location: https://www.example.com", "content-encoding: gzip",
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  ]

  @Test("RFC 7541 C.2: single fields")
  func singleFields() {
    #expect(decode(["400a637573746f6d2d6b65790d637573746f6d2d686561646572"]) == [["custom-key: custom-header"]])
    #expect(decode(["040c2f73616d706c652f70617468"]) == [[":path: /sample/path"]])
    #expect(decode(["100870617373776f726406736563726574"]) == [["password: secret"]])
    #expect(decode(["82"]) == [[":method: GET"]])
  }

  @Test("RFC 7541 C.3 and C.4: requests, plain and in the Huffman code")
  func requestExamples() {
    #expect(
      decode([
        "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
      ]) == Self.requests)
    #expect(
      decode([
        "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
      ]) == Self.requests)
  }

  /// The blocks begin with the change of the table's size that the examples presuppose.
  @Test("RFC 7541 C.5 and C.6: responses that evict entries from a table of 256 bytes")
  func responseExamples() {
    #expect(
      decode([
        """
        3fe101 4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a
        2f2f7777772e6578616d706c652e636f6d
        """, "4803333037c1c0bf",
        """
        88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a
        584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31
        """,
      ]) == Self.responses)
    #expect(
      decode([
        """
        3fe101 488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43
        d3
        """, "4883640effc1c0bf",
        """
        88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f36
        72c1ab270fb5291f9587316065c003ed4ee5b1063d5007
        """,
      ]) == Self.responses)
  }

  @Test(
    "what no encoder may send",
    arguments: [
      ("80", "index"), ("be", "index"), ("ff8080808010", "integer"), ("ff80", "integer"), ("4001", "truncated"),
      ("4001610162 20", "tableSize"), ("3fe1ff7f", "tableSize"), ("3fe1ffffff7f", "integer"),
      // Padding with a zero, padding of a whole byte, the end-of-string symbol.
      ("0081 18 00", "huffman"), ("0082 1fff 00", "huffman"), ("0084 fffffffc 00", "huffman"),
    ])
  func refusals(_ block: String, _ failure: String) {
    #expect(decode([block]) == [[failure]])
  }

  @Test func entriesFromBeforeTheCaptureAreUnknown() {
    var decoder = HPACKDecoder(fromBeginning: false)
    var block = HTTP2HeaderBlock()
    let bytes = Self.bytes("82 be 7e0176 bf c0")
    #expect(decoder.decode(bytes.span.bytes, into: &block) == nil)
    #expect(
      block.fields.map { [block.text($0.name), block.text($0.value)] } == [
        [":method", "GET"], ["<unknown>", "<unknown>"], ["<unknown>", "v"], ["<unknown>", "<unknown>"],
        ["<unknown>", "<unknown>"],
      ])
  }

  @Test func whatIsEncodedIsDecoded() {
    var random = Random(seed: 7541)
    let names = ["a", "content-type", "x-" + String(repeating: "n", count: 200), "grpc-status"]
    for _ in 0..<200 {
      var encoder = HPACKEncoder()
      var decoder = HPACKDecoder(fromBeginning: true)
      // Large enough that nothing is evicted, which the test's encoder does not know of.
      var bytes = HPACKEncoder.integer(200_000, prefix: 5, 0x20)
      for _ in 0..<10 {
        var expected: [String] = []
        for _ in 0..<Int.random(in: 0...8, using: &random) {
          let name = names.randomElement(using: &random) ?? ""
          let value = String(decoding: random.bytes(60).map { $0 & 0x7f }, as: UTF8.self)
          if let known = encoder.indexed(name, value) {
            bytes += known
          } else {
            let form = HPACKEncoder.Form.allCases.randomElement(using: &random) ?? .plain
            bytes += encoder.literal(name, value, form, huffman: .random(using: &random))
          }
          expected.append("\(name): \(value)")
        }
        var block = HTTP2HeaderBlock()
        #expect(decoder.decode(bytes.span.bytes, into: &block) == nil)
        #expect(block.fields.map { "\(block.text($0.name)): \(block.text($0.value))" } == expected)
        bytes = []
      }
    }
  }

  @Test func everyByteHasAWord() {
    for byte in UInt8.min...UInt8.max {
      let text = String(decoding: [byte & 0x7f], as: UTF8.self)
      var decoded: [UInt8] = []
      let encoded = HPACKEncoder.huffman(text)
      #expect(HuffmanCode.decode(encoded.span.bytes, into: &decoded, limit: 10) == true)
      #expect(decoded == [byte & 0x7f])
    }
    #expect(HuffmanCode.steps.count == 256 * 16)
  }
}
