import Layer7
import Testing

/// The patterns of `serverNames`, as the specification's table has them.
@Suite struct ServerNameMatcherTests {
  @Test(arguments: [
    ("example.org", "example.org", true), ("example.org", "EXAMPLE.Org", true), ("Example.ORG", "example.org", true),
    ("example.org", "a.example.org", false), ("example.org", "example.org.", false), ("example.org", "", false),
    ("*.example.org", "a.example.org", true), ("*.example.org", "A.Example.Org", true),
    ("*.example.org", "example.org", false), ("*.example.org", ".example.org", false),
    ("*.example.org", "a.b.example.org", false), ("*.example.org", "aexample.org", false),
    ("**.example.org", "a.example.org", true), ("**.example.org", "a.b.example.org", true),
    ("**.example.org", "example.org", false), ("**.example.org", ".example.org", false),
    ("**.example.org", ".a.example.org", false),
    ("*example.org", "aexample.org", false), ("a.*.example.org", "a.b.example.org", false),
    ("a*.example.org", "ab.example.org", false), ("*", "example.org", false), ("**", "example.org", false),
    ("***.example.org", "a.example.org", false), ("*.*.example.org", "a.b.example.org", false),
    ("example.org.", "example.org", false), ("example.org.", "example.org.", false),
    ("*.example.org.", "a.example.org", false), ("", "", false), ("", "example.org", false),
  ]) func matches(pattern: String, name: String, expected: Bool) {
    #expect(ServerNameMatcher(pattern).matches(name) == expected, "\(pattern) \(name)")
  }
}
