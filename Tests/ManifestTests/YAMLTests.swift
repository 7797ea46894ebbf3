import Testing

@testable import Manifest

@Suite struct YAMLTests {
  @Test func `every node knows its place`() throws {
    let root = try value("a: 1\nb:\n  - x\n  - c: \"é\"   # comment\n    d: {e: 2}\n")
    #expect(root.position == Position(line: 1, column: 1))
    #expect(root.member("b")?.keyPosition == Position(line: 2, column: 1))
    #expect(root["b"]?.position == Position(line: 3, column: 3))
    let second = try #require(root["b"]?.list?.last)
    #expect(second.position == Position(line: 4, column: 5))
    #expect(second["c"]?.position == Position(line: 4, column: 8))
    #expect(second["d"]?["e"]?.position == Position(line: 5, column: 12))
  }

  @Test func `columns count characters`() throws {
    #expect(try value("{\"é✓\": [\"x\", 1]}")["é✓"]?.list?.last?.position == Position(line: 1, column: 14))
  }

  @Test func `aliases repeat what they name`() throws {
    let root = try value("a: &x {k: [1, 2]}\nb: *x\n")
    #expect(root["b"]?["k"]?.list?.count == 2)
  }

  @Test func `merge keys`() throws {
    let text = "base: &b {x: 1, w: 2}\nother: &o {x: 3, z: 4}\none: {<<: *b, w: 5}\nlist: {<<: [*b, *o]}\n"
    let root = try value(text)
    #expect(root["one"]?["x"]?.integer == 1)
    #expect(root["one"]?["w"]?.integer == 5)
    #expect(root["list"]?["x"]?.integer == 1)
    #expect(root["list"]?["z"]?.integer == 4)
  }

  @Test func `anchors in what is left out still count`() throws {
    let text = "kind: Pod\nspec: {unread: &x [1, 2]}\nmetadata:\n  name: *x\n"
    let mask = FieldMask.fields(["metadata": .everything])
    let root = try #require(try documents(text, scanner: true, mask: mask).get().first)
    #expect(root["metadata"]?["name"]?.list?.count == 2)
  }

  @Test func `aliases cannot fill the memory`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let aliases = repeatElement("*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let reading = Reading(text)
    #expect(reading.objects.isEmpty)
    #expect(reading.errors.first?.hasPrefix("error: a.yaml:5:") == true, "\(reading.errors)")
    #expect(reading.errors.first?.contains("repeat more than 100000 values") == true)
  }

  @Test(arguments: ["[", "- ", "{a: "]) func `depth is limited`(opening: String) {
    let text = String(repeating: opening, count: 5000)
    guard case .failure(let error) = documents(text, scanner: true) else {
      Issue.record("no error")
      return
    }
    #expect(error.message.contains("more than 200 maps and lists"))
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func `any end of line`(newline: String) throws {
    let text = ["\u{FEFF}a: |", "  x", "  y", "b: 'q", "  r'"].joined(separator: newline)
    let root = try value(text)
    #expect(root["a"]?.string == "x\ny\n")
    #expect(root["b"]?.string == "q r")
    #expect(root.member("b")?.keyPosition == Position(line: 4, column: 1))
  }

  @Test(arguments: [
    ("a: b: c\n", "error: a.yaml:1:5: mapping values are not allowed in this context"),
    ("a: [1, 2\nb: 3\n", "error: a.yaml:2:2: did not find expected ',' or ']'"),
    ("a: 'x\n", "error: a.yaml:2:1: found unexpected end of stream"),
    ("a:\n\t- b\n", "error: a.yaml:2:1: found character that cannot start any token"),
    ("a: *x\n", "error: a.yaml:1:4: unknown anchor 'x'"),
    ("a: \u{01}\n", "error: a.yaml:1:4: control characters are not allowed"),
    ("? [x]\n: 1\n", "error: a.yaml:1:3: a key must be a string, not a list"),
    ("~: 1\n", "error: a.yaml:1:1: a key must be a string, not null"),
    ("a: {<<: 1}\n", "error: a.yaml:1:9: '<<' merges a map or a list of maps"),
    ("a: !!binary '%'\n", "error: a.yaml:1:4: !!binary without valid base64"),
    ("a: 1\n...\nb: 2\n", "error: a.yaml:3:1: did not find expected <document start>"),
  ]) func `what is wrong, and where`(text: String, message: String) {
    let reading = Reading(text)
    #expect(reading.errors.last?.hasPrefix(message) == true, "\(reading.errors)")
  }

  @Test func `an item that is not plain costs the others nothing`() throws {
    let text = "items:\n- kind: A\n  a: &x 1\n  b: *x\n- kind: B\n  c: [d, e]\n- kind: C\nkind: List\napiVersion: v1\n"
    let mask = FieldMask.object(.everything)
    #expect(documents(text, scanner: true, mask: mask) == documents(text, scanner: false, mask: mask))
  }
}
