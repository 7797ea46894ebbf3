import Testing

@testable import Manifest

/// Unquoted scalars mean what Kubernetes' YAML library makes of them.
@Suite struct ScalarTests {
  @Test(
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .string("nULL")),
      ("y", .boolean(true)), ("Y", .boolean(true)), ("yes", .boolean(true)), ("on", .boolean(true)),
      ("True", .boolean(true)), ("TRUE", .boolean(true)), ("tRUE", .string("tRUE")),
      ("n", .boolean(false)), ("N", .boolean(false)), ("No", .boolean(false)), ("OFF", .boolean(false)),
      ("false", .boolean(false)), ("yess", .string("yess")), ("t", .string("t")),
      ("0", .integer(0)), ("42", .integer(42)), ("-42", .integer(-42)), ("+42", .integer(42)),
      ("010", .integer(8)), ("0o10", .integer(8)), ("0x1F", .integer(31)), ("-0x1f", .integer(-31)),
      ("0b101", .integer(5)), ("1_000", .integer(1000)), ("08", .integer(8)), ("09.5", .number(9.5)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("18446744073709551615", .number(18446744073709551615)), ("0xg", .string("0xg")),
      ("1.5", .number(1.5)), (".5", .number(0.5)), ("5.", .integer(5)), ("-.5", .number(-0.5)), ("1e3", .integer(1000)),
      ("1.0", .integer(1)), ("1e400", .string("1e400")), ("1:30", .string("1:30")), ("1.2.3", .string("1.2.3")),
      (".", .string(".")), ("-", .string("-")), ("+", .string("+")), ("1e", .string("1e")), ("._1", .string("._1")),
      (".inf", .number(.infinity)), ("-.INF", .number(-.infinity)), ("inf", .string("inf")),
      ("2025-11-03", .string("2025-11-03")), ("2025-11-03T08:15:27Z", .string("2025-11-03T08:15:27Z")),
      ("10.0.0.1", .string("10.0.0.1")), ("256Mi", .string("256Mi")), ("0x50 ", .string("0x50 ")),
    ] as [(String, Value.Content)])
  func `a plain scalar`(text: String, expected: Value.Content) {
    #expect(Scalar.resolve(text) == expected)
  }

  @Test func `not a number is a number`() {
    guard case .number(let value) = Scalar.resolve(".NaN") else {
      Issue.record("not a number")
      return
    }
    #expect(value.isNaN)
  }

  @Test(
    arguments: [
      (#"a: "yes""#, .string("yes")), ("a: '010'", .string("010")), ("a: !!str 010", .string("010")),
      (#"a: !!int "7""#, .integer(7)), ("a: !!binary aGk=", .string("hi")), ("a: ! yes", .string("yes")),
      ("a: |\n  yes\n", .string("yes\n")), ("a: {}", .map([])), ("a: []", .list([])), ("a: !custom x", .string("x")),
    ] as [(String, Value.Content)])
  func `quotes and tags decide`(text: String, expected: Value.Content) throws {
    #expect(try value(text).member("a")?.value.content == expected)
  }

  @Test(arguments: [("yes: 1", "true"), ("0x10: 1", "16"), ("1.0: 1", "1"), ("2.5: 1", "2.5"), ("'yes': 1", "yes")])
  func `keys become strings`(text: String, key: String) throws {
    #expect(try value(text).map?.first?.key == key)
  }

  @Test func `of equal keys the last counts`() throws {
    #expect(try value("a: 1\na: 2\n")["a"]?.integer == 2)
  }
}
