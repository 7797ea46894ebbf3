import Foundation
import Rules
import Testing

@Suite struct DNSPatternTests {
  private func matches(
    name: String = "", pattern: String = "", _ query: String, _ dialect: DNSPattern.Dialect = .release,
    forSelector: Bool = false
  ) -> Bool {
    DNSPattern(matchName: name, matchPattern: pattern, dialect: dialect, forSelector: forSelector).matches(query)
  }

  @Test("a name matches itself, whatever its case and final dot")
  func names() {
    #expect(matches(name: "Example.org", "example.ORG."))
    #expect(!matches(name: "example.org", "a.example.org"))
  }

  @Test("an asterisk stands for characters of one label, the empty run included")
  func asterisk() {
    #expect(matches(pattern: "*.example.org", "a.example.org"))
    #expect(matches(pattern: "*.example.org", ".example.org."))
    #expect(!matches(pattern: "*.example.org", "example.org"))
    #expect(!matches(pattern: "*.example.org", "a.b.example.org"))
    #expect(matches(pattern: "*example.org", "myexample.org"))
    #expect(matches(pattern: "api-*.eu.example.org.", "api-1.eu.example.org"))
    #expect(matches(pattern: "a*b*c", "axxbyybc"))
    #expect(!matches(pattern: "a*b*c", "axxbyyb"))
  }

  @Test("releases differ in runs of asterisks")
  func runs() {
    #expect(matches(pattern: "**.example.org", "a.b.example.org", .release))
    #expect(!matches(pattern: "**.example.org", "a.b.example.org", .snapshot))
    #expect(!matches(pattern: "**.example.org", "example.org", .release))
    #expect(matches(pattern: "**", "a.b", .release))
    #expect(!matches(pattern: "**", "a.b", .snapshot))
    #expect(matches(pattern: "*", "a.b", .snapshot))
  }

  @Test("a lone asterisk of toFQDNs wants plain labels")
  func loneAsterisk() {
    #expect(matches(pattern: "*", "a b.example", forSelector: false))
    #expect(!matches(pattern: "*", "a b.example", forSelector: true))
    #expect(matches(pattern: "*", ".", forSelector: true))
  }

  private struct Line: Decodable {
    struct Rule: Decodable {
      var matchName: String?
      var matchPattern: String?
    }
    var rules: [Rule]
    var query: String
    var valid: Bool
    var dnsAllowed: Bool?
    var fqdnSelected: Bool?
  }

  static let shared = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
    .standardized

  @Test(
    "decisions agree with those of Cilium's own pattern code",
    .enabled(if: FileManager.default.fileExists(atPath: shared.path), "no ../shared folder with reference decisions"),
    arguments: [("dns-rules-1.19.jsonl", DNSPattern.Dialect.release), ("dns-rules-1.19-dev.jsonl", .snapshot)])
  func reference(_ file: String, _ dialect: DNSPattern.Dialect) throws {
    let text = try String(contentsOf: Self.shared.appending(path: "conformance/l7/\(file)"), encoding: .utf8)
    var compared = 0
    for line in text.split(separator: "\n") {
      let expected = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      guard expected.valid else { continue }
      for (forSelector, answer) in [(false, expected.dnsAllowed), (true, expected.fqdnSelected)] {
        guard let answer else { continue }
        compared += 1
        let matches = expected.rules.contains {
          self.matches(
            name: $0.matchName ?? "", pattern: $0.matchPattern ?? "", expected.query, dialect,
            forSelector: forSelector)
        }
        #expect(matches == answer, "\(line) forSelector: \(forSelector)")
      }
    }
    #expect(compared > 1000)
  }
}
