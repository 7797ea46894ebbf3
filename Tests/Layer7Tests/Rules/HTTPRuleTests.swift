import Layer7
import Rules
import Testing

@Suite struct HTTPRuleTests {
  private func rule(
    path: String = "", method: String = "", host: String = "", headers: [String] = [],
    matches: [HTTPRule.HeaderMatch] = []
  ) -> HTTPRule {
    var rule = HTTPRule()
    rule.path = path
    rule.method = method
    rule.host = host
    rule.headers = headers
    rule.headerMatches = matches
    return rule
  }

  private func match(
    _ name: String, _ value: String, _ mismatch: HTTPRule.HeaderMatch.Mismatch? = nil, secret: String? = nil
  )
    -> HTTPRule.HeaderMatch
  {
    HTTPRule.HeaderMatch(
      mismatch: mismatch, name: name, secret: secret.map { SecretReference(namespace: "ns", name: $0) }, value: value)
  }

  private func decide(_ rules: [HTTPRule], _ head: String) throws -> HTTPDecision? {
    let set = try HTTPRuleSet(rules) { $0.name == "known" ? "secret" : nil }
    let bytes = Array("\(head)\r\n\r\n".utf8)
    var parser = HTTP1Parser()
    var exchanges = HTTP1Exchanges()
    guard parser.consume(bytes.span.bytes, &exchanges).event == .head,
      let request = HTTPRequestView(parser.head, bytes.span.bytes)
    else { return nil }
    return set.decide(request)
  }

  private func allows(_ rule: HTTPRule, _ head: String) throws -> Bool? {
    try decide([rule], head)?.isAllowed
  }

  @Test(
    "the path is compared whole, with its query",
    arguments: [
      ("/public", "/public", true), ("/public", "/public/", false), ("/public", "/public?x=1", false),
      ("/public.*", "/public?x=1", true), ("/api/v1/*", "/api/v1/users", false), ("/api/v1/*", "/api/v1", true),
      ("^/a$", "/a", true), ("/a\\.b", "/a.b", true), ("/a\\.b", "/axb", false), ("/a.b", "/axb", true),
      ("/%41", "/%41", true), ("/(a|b)+", "/abba", true), ("(?i)/A", "/a", true), ("", "/anything", true),
    ])
  func paths(_ pattern: String, _ target: String, _ isAllowed: Bool) throws {
    #expect(try allows(rule(path: pattern), "GET \(target) HTTP/1.1") == isAllowed)
  }

  @Test func methodsAndHosts() throws {
    #expect(try allows(rule(method: "GET"), "GET / HTTP/1.1") == true)
    #expect(try allows(rule(method: "get"), "GET / HTTP/1.1") == false)
    #expect(try allows(rule(method: "GET|HEAD"), "HEAD / HTTP/1.1") == true)
    #expect(try allows(rule(method: "GE"), "GET / HTTP/1.1") == false)
    #expect(try allows(rule(host: "example.org"), "GET / HTTP/1.1\r\nHost: example.org") == true)
    #expect(try allows(rule(host: "example.org"), "GET / HTTP/1.1\r\nHost: example-org") == true)
    #expect(try allows(rule(host: "example.org"), "GET / HTTP/1.1\r\nHost: example.org:8080") == false)
    #expect(try allows(rule(host: "example.org"), "GET / HTTP/1.1") == false)
  }

  @Test("an absolute target replaces Host; CONNECT has an authority and no path")
  func targetForms() throws {
    let absolute = "GET http://a.example:80/p?q HTTP/1.1\r\nHost: b.example"
    #expect(try allows(rule(path: "/p\\?q", host: "a.example:80"), absolute) == true)
    #expect(try allows(rule(host: "b.example"), absolute) == false)
    #expect(try allows(rule(host: "c:443"), "CONNECT c:443 HTTP/1.1") == true)
    #expect(try allows(rule(path: ".*"), "CONNECT c:443 HTTP/1.1") == false)
    #expect(try allows(rule(path: "\\*"), "OPTIONS * HTTP/1.1") == true)
  }

  @Test(
    "paths are normalised before they are compared",
    arguments: [
      ("/a/../b", "/b"), ("/a/./b/", "/a/b/"), ("//a///b", "/a/b"), ("/a/..", "/"), ("/..", "/"), ("/a\\b", "/a/b"),
      ("/a/%2e%2E/b", "/b"), ("/a/.../b", "/a/.../b"), ("/a?x=//../%2F\\", "/a?x=//../%2F\\"), ("/a/.", "/a/"),
    ])
  func normalization(_ target: String, _ normalized: String) throws {
    let pattern = normalized.map { "\\x{" + String($0.asciiValue ?? 0, radix: 16) + "}" }.joined()
    #expect(try allows(rule(path: pattern), "GET \(target) HTTP/1.1") == true)
  }

  @Test func escapedSlashesAndFragments() throws {
    #expect(try decide([rule()], "GET /a%2fb%5Cc/../d?e=%2f HTTP/1.1") == .redirected(path: "/a/b/d?e=%2f"))
    #expect(try decide([rule()], "GET /a#b HTTP/1.1") == .refused)
    #expect(try decide([rule()], "GET a HTTP/1.1") == .allowed(rule: 0, effects: []))
  }

  @Test func headersAsText() throws {
    let head = "GET / HTTP/1.1\r\nX-Env: prod\r\nX-Two: a\r\nx-two: b\r\nX-None:"
    #expect(try allows(rule(headers: ["X-Env: prod"]), head) == true)
    #expect(try allows(rule(headers: ["x-env prod"]), head) == true)
    #expect(try allows(rule(headers: ["X-Env: Prod"]), head) == false)
    #expect(try allows(rule(headers: ["X-Env:prod"]), head) == false)
    #expect(try allows(rule(headers: ["X-Env"]), head) == true)
    #expect(try allows(rule(headers: ["X-None"]), head) == true)
    #expect(try allows(rule(headers: ["X-Missing"]), head) == false)
    #expect(try allows(rule(headers: ["X-Two: a,b"]), head) == true)
    #expect(try allows(rule(headers: ["X-Two: a", "X-Env prod"]), head) == false)
  }

  @Test func headerMatches() throws {
    let head = "GET / HTTP/1.1\r\nX-Env: prod\r\nX-Token: secret"
    #expect(try allows(rule(matches: [match("X-Env", "prod")]), head) == true)
    #expect(try allows(rule(matches: [match("X-Env", "test")]), head) == false)
    #expect(try allows(rule(matches: [match("X-Env", "")]), head) == true)
    #expect(try allows(rule(matches: [match("X-Missing", "")]), head) == false)
    #expect(try allows(rule(matches: [match("X-Token", "", secret: "known")]), head) == true)
    #expect(try allows(rule(matches: [match("X-Token", "secret", secret: "other")]), head) == true)
    #expect(try allows(rule(matches: [match("X-Token", "", secret: "other")]), head) == false)
    #expect(try allows(rule(matches: [match("X-Token", "", .log, secret: "other")]), head) == false)
  }

  @Test("actions are those of every rule that matches")
  func headerActions() throws {
    let head = "GET / HTTP/1.1\r\nX-Env: prod\r\nX-Old: 1"
    let rules = [
      rule(path: "/other", matches: [match("X-Never", "1", .add)]),
      rule(matches: [match("X-Env", "test", .replace), match("X-New", "1", .add), match("X-Env", "prod", .delete)]),
      rule(matches: [match("X-Old", "2", .delete), match("X-Gone", "2", .delete), match("X-Log", "3", .log)]),
    ]
    #expect(
      try decide(rules, head)
        == .allowed(
          rule: 1,
          effects: [
            .replace(name: "x-env", value: "test"), .add(name: "x-new", value: "1"), .delete(name: "x-old"),
            .log(name: "x-log"),
          ]))
  }

  @Test func noRulesAllowAndTheFirstThatMatchesIsTold() throws {
    #expect(try decide([], "GET / HTTP/1.1") == .allowed(rule: nil, effects: []))
    let rules = [rule(path: "/a"), rule(host: "h"), rule(method: "GET"), rule(path: "/b.*"), rule()]
    #expect(try decide(rules, "GET /b HTTP/1.1\r\nHost: h") == .allowed(rule: 1, effects: []))
    #expect(try decide(rules, "GET /b HTTP/1.1") == .allowed(rule: 2, effects: []))
    #expect(try decide(rules, "PUT /b HTTP/1.1") == .allowed(rule: 3, effects: []))
    #expect(try decide(rules, "PUT /c HTTP/1.1") == .allowed(rule: 4, effects: []))
    #expect(try decide(Array(rules.prefix(4)), "PUT /c HTTP/1.1") == .denied)
  }

  @Test func aPatternThatIsNoneIsNamed() {
    #expect(throws: L7RuleError.self) { try HTTPRuleSet([rule(path: "/(a")]) }
  }

  @Test("many rules judge as each alone would")
  func manyRules() throws {
    var random = Random(seed: 2_000)
    let parts = ["a", "b", "[ab]", ".", "a*", "(a|bb)", "/"]
    for _ in 0..<40 {
      let rules = (0..<60).map { _ in
        let path = (0..<Int.random(in: 0...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
        return rule(
          path: path.isEmpty ? "" : "/" + path.joined(),
          method: ["", "GET", "G.*", "PUT"].randomElement(using: &random) ?? "",
          host: ["", "", "h", "[gh]", "i"].randomElement(using: &random) ?? "")
      }
      for _ in 0..<20 {
        let path = (0..<Int.random(in: 0...4, using: &random)).map { _ in
          ["a", "b"].randomElement(using: &random) ?? ""
        }
        let head = "\(["GET", "PUT"].randomElement(using: &random) ?? "") /\(path.joined()) HTTP/1.1\r\nHost: h"
        let first = try rules.indices.first { try allows(rules[$0], head) == true }
        #expect(try decide(rules, head) == (first.map { .allowed(rule: $0, effects: []) } ?? .denied))
      }
    }
  }
}
