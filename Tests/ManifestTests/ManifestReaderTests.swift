import Foundation
import Testing

@testable import Manifest

@Suite struct ManifestReaderTests {
  @Test func `lists come apart and say where each element was`() throws {
    let reading = Reading(try fixture("kubectl-list.yaml"), file: "list.yaml")
    #expect(reading.objects.map(\.title) == ["Pod shop/web-1", "Service shop/web"])
    #expect(reading.objects.map(\.location.description) == ["list.yaml:3:3", "list.yaml:58:3"])
  }

  @Test func `elements of a PodList are pods, wherever the kind is written`() {
    for text in [
      #"{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]}"#,
      #"{"items": [{"metadata": {"name": "a"}}], "kind": "PodList", "apiVersion": "v1"}"#,
      "apiVersion: v1\nkind: PodList\nitems:\n- metadata:\n    name: a\n",
    ] {
      let masks = KindMasks(kinds: ["Pod": .fields(["metadata": .fields("name")])], otherKinds: KindMasks.head)
      let reading = Reading(text, masks: masks)
      #expect(reading.objects.map(\.title) == ["Pod a"])
      #expect(reading.objects.first?.apiVersion == "v1")
    }
  }

  @Test func `documents before a syntax error count`() throws {
    let reading = Reading(try fixture("broken-second.yaml"))
    #expect(reading.objects.map(\.name) == ["good"])
    #expect(reading.errors.count == 1)
    #expect(
      reading.errors.first?.hasPrefix("error: a.yaml:10:2: did not find expected key") == true, "\(reading.errors)")
  }

  @Test(arguments: [
    ("- a\n", "error: a.yaml:1:1: expected an object with apiVersion and kind, found a list"),
    ("text\n", "error: a.yaml:1:1: expected an object with apiVersion and kind, found a string"),
    ("a: 1\n", "warning: a.yaml:1:1: neither apiVersion nor kind: not a Kubernetes object, skipped"),
    ("apiVersion: v1\n", "error: a.yaml:1:1: kind is missing"),
    ("apiVersion: v1\nitems: []\n", "error: a.yaml:1:1: kind is missing\nhint: has the text of a List been cut off?"),
    ("kind: Pod\n", "error: a.yaml:1:1: Pod: apiVersion is missing"),
    ("apiVersion: 1\nkind: Pod\n", "error: a.yaml:1:13: apiVersion: expected a string, found an integer"),
    ("apiVersion: v1\nkind: List\nitems: x\n", "error: a.yaml:3:8: expected the items of a List, found a string"),
    ("apiVersion: v1\nkind: List\nitems: [x]\n", "error: a.yaml:3:9: expected an object with apiVersion and kind"),
  ]) func `what is no object`(text: String, message: String) {
    let reading = Reading(text)
    #expect(reading.objects.isEmpty)
    #expect(reading.errors.count == 1)
    #expect(reading.errors.first?.hasPrefix(message) == true, "\(reading.errors)")
  }

  @Test func `an empty list or document is nothing`() {
    let reading = Reading("---\n# nothing\n---\napiVersion: v1\nkind: List\nitems: []\n---\n")
    #expect(reading.objects.isEmpty && reading.errors.isEmpty)
  }

  @Test func `text that is not UTF-8`() {
    var reader = ManifestReader()
    reader.read(Array("a: 1\nb: é".utf8) + [0xFF], file: "a.yaml") { _ in }
    reader.read([0xFF, 0xFE, 0x61, 0x00], file: "b.yaml") { _ in }
    #expect(
      reader.diagnostics.map { $0.description.prefix(44) } == [
        "error: a.yaml:2:5: invalid UTF-8 (byte 0xff)", "error: b.yaml:1:1: the text is UTF-16, expec",
      ])
  }

  @Test func `texts beyond the limit are refused`() {
    var limits = ManifestLimits()
    limits.fileSize = 10
    #expect(Reading("a: 1234567890", limits: limits).errors == ["error: a.yaml: the file has more than 10 bytes"])
  }

  @Test func `directories are read in order, hidden and other files left out`() throws {
    let folder = try TemporaryFolder()
    for name in ["b.yml", "a.yaml", "sub/c.json", "notes.txt", ".hidden.yaml"] {
      let text = #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "\#(name)"}}"#
      try folder.write(text, to: name)
    }
    var names: [String] = []
    var reader = ManifestReader()
    reader.read(folder.path) { names.append($0.name) }
    #expect(names == ["a.yaml", "b.yml", "sub/c.json"])
    #expect(reader.diagnostics.isEmpty)
    #expect(reader.fileCount == 3)
  }

  @Test func `missing input`() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "empty/notes.txt")
    var reader = ManifestReader()
    reader.read(folder.path + "/none.yaml") { _ in }
    reader.read(folder.path + "/empty") { _ in }
    #expect(
      reader.diagnostics.map(\.description) == [
        "error: \(folder.path)/none.yaml: No such file or directory",
        "error: \(folder.path)/empty: no *.yaml, *.yml or *.json file in this directory",
      ])
    #expect(reader.diagnostics.map(\.category.exitCode) == [66, 66])
    #expect(Diagnostic.Category.unreadable.exitCode == 74 && Diagnostic.Category.forbidden.exitCode == 77)
  }
}

/// A folder that goes away with its last user.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "weir-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func write(_ text: String, to name: String) throws {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
