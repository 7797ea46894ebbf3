import Manifest
import Testing

@testable import Policy

/// The small syntaxes: Go's number parsing, service names, label keys, spelling.
@Suite struct SyntaxTests {
  @Test(
    arguments: [
      ("0", .number(0)), ("80", .number(80)), ("65535", .number(65535)), ("65536", .outOfRange),
      ("99999999999999999999", .outOfRange), ("", .invalidSyntax), ("-1", .invalidSyntax), ("+1", .invalidSyntax),
      ("010", .number(8)), ("08", .invalidSyntax), ("0x50", .number(80)), ("0X5f", .number(95)), ("0b101", .number(5)),
      ("0o17", .number(15)), ("0x", .invalidSyntax), ("1_000", .number(1000)), ("1__0", .invalidSyntax),
      ("_1", .invalidSyntax), ("1_", .invalidSyntax), ("0_10", .number(8)), ("0x_50", .number(80)),
      ("1 ", .invalidSyntax),
      ("٣", .invalidSyntax),
    ] as [(String, PortNumber)])
  func portNumbers(_ text: String, _ expected: PortNumber) {
    #expect(PortNumber(parsing: text) == expected)
  }

  @Test(arguments: [
    ("http", true), ("HTTP-alt", true), ("0x50", true), ("80", false), ("a--b", false), ("-a", false), ("a-", false),
    ("", false), ("abcdefghijklmno", true), ("abcdefghijklmnop", false), ("a_b", false), ("é", false),
  ])
  func serviceNames(_ text: String, _ isValid: Bool) {
    #expect(ServiceName.isValid(text) == isValid)
  }

  @Test(arguments: [
    ("app", true), ("any.app", true), ("example.org/app", true), ("k8s.App", true), ("App/x", false), ("a/b/c", false),
    ("/a", false), ("a/", false), ("", false), ("-a", false), ("a b", false), (String(repeating: "a", count: 63), true),
    (String(repeating: "a", count: 64), false),
  ])
  func labelKeys(_ key: String, _ isValid: Bool) {
    #expect((LabelSyntax.fault(inKey: key) == nil) == isValid)
  }

  @Test(arguments: [
    ("80", true), ("99999", true), ("http", true), ("-1", false), ("a_b", true), ("_", false), ("a-", false),
    ("", false), ("a--1", false),
  ])
  func theSchemasPortPatternIsWide(_ text: String, _ isAccepted: Bool) {
    #expect(StringFormat.port.accepts(text) == isAccepted)
  }

  @Test(arguments: [("**.a.b", true), ("*.a", true), ("a.b.", true), ("*a.b", false), ("", false), (".a", false)])
  func serverNames(_ text: String, _ isAccepted: Bool) {
    #expect(StringFormat.serverName.accepts(text) == isAccepted)
  }

  @Test func spelling() {
    let fields = ["fromEndpoints", "fromEntities", "toPorts"]
    #expect(Spelling.nearest(to: "fromEndpoint", in: fields) == "fromEndpoints")
    #expect(Spelling.nearest(to: "toports", in: fields) == "toPorts")
    #expect(Spelling.nearest(to: "selector", in: fields) == nil)
    #expect(Spelling.nearest(to: "", in: fields) == nil)
  }

  @Test func warningIdentifiersAreKebabCase() {
    for identifier in WarningIdentifier.allCases {
      #expect(identifier.rawValue.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
    }
  }
}
