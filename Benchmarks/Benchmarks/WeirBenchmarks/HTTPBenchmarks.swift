import Benchmark
import Layer7
import Rows
import Rules

/// HTTP: pipelined heads to fields, and requests to decisions.
func registerHTTPBenchmarks() {
  measure(.httpHeads) {
    Array(repeating: browserRequest, count: 1_000).flatMap { $0 }
  } run: { _, stream in
    var exchanges = HTTP1Exchanges()
    var parser = HTTP1Parser()
    var rest = stream.span.bytes
    var heads = 0
    while case (let consumed, .head) = parser.consume(rest, &exchanges) {
      rest = rest.extracting(droppingFirst: consumed)
      heads += 1
    }
    guard heads == 1_000 else { throw InputError("\(heads) heads") }
    return Amount(items: heads, bytes: stream.count)
  }
  for (count, row) in Row.httpRules {
    measure(row) {
      try JudgedRequest(rules: count)
    } run: { _, input in
      for _ in 0..<10_000 { try input.judge() }
      return Amount(items: 10_000)
    }
  }
}

/// A request and rules of which the last allows it.
private struct JudgedRequest {
  private let rules: HTTPRuleSet
  private let bytes: [UInt8]
  private let head: HTTP1Head

  init(rules count: Int) throws {
    rules = try HTTPRuleSet(
      (0..<count).map { number in
        var rule = HTTPRule()
        rule.method = "GET"
        rule.path = "/api/v1/resource\(number)/[0-9]+"
        return rule
      })
    let bytes = Array("GET /api/v1/resource\(count - 1)/17 HTTP/1.1\r\nHost: shop:8080\r\n\r\n".utf8)
    var exchanges = HTTP1Exchanges()
    var parser = HTTP1Parser()
    let (_, event) = parser.consume(bytes.span.bytes, &exchanges)
    guard event == .head else { throw InputError("no request") }
    self.bytes = bytes
    head = parser.head
  }

  func judge() throws {
    guard let request = HTTPRequestView(head, bytes.span.bytes), rules.decide(request).isAllowed else {
      throw InputError("the request was not allowed")
    }
  }
}

/// As a browser sends it: 590 bytes, ten fields.
let browserRequest = Array(
  """
  GET /tracking/images/template/screen/key-point-top.png?session=1234567890abcdef HTTP/1.1\r
  Host: www.example.org\r
  User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/118.0\r
  Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r
  Accept-Language: en-US,en;q=0.5\r
  Accept-Encoding: gzip, deflate, br\r
  Connection: keep-alive\r
  Referer: http://www.example.org/style/screen.css\r
  Cookie: __utma=150903082.60119371.1258577579.1258577579.1; _ga=GA1.2.1234.5678; session=abcdef0123456789\r
  Cache-Control: max-age=0\r
  \r

  """.utf8)
