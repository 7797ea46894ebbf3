import Foundation
import Testing

@testable import Manifest

/// The scanner for plain YAML must read every text as libyaml does, places included.
@Suite struct DifferentialTests {
  static let fixtures = ["kubectl-list.yaml", "by-hand.yaml", "broken-second.yaml"]

  static let mask = FieldMask.object(
    KindMasks(
      kinds: ["Pod": .fields(["metadata": .fields("name", "labels"), "status": .fields("podIP")])],
      otherKinds: KindMasks.head))

  @Test(arguments: fixtures) func `the scanner reads a fixture as libyaml does`(name: String) throws {
    let text = try fixture(name)
    expectSame(text)
    expectSame(text.replacingOccurrences(of: "\n", with: "\r\n"))
    expectSame(text.replacingOccurrences(of: "web", with: "wéb✓"))
  }

  @Test func `the scanner takes up the plain fixture alone`() throws {
    let source = try SourceText(Array(try fixture("kubectl-list.yaml").utf8))
    let isRead = source.withBytes { bytes in
      var parser = BlockParser(
        bytes, from: TextCursor(offset: 0, line: 1), isASCII: source.isASCII, limits: ManifestLimits())
      return (try? parser.document(Self.mask)) != nil
    }
    #expect(isRead)
  }

  /// Texts that differ from a good one in a character or a line are where scanners disagree.
  @Test(arguments: fixtures) func `damaged texts are read alike`(name: String) throws {
    var generator = SeededGenerator(state: 7)
    let lines = try fixture(name).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let pieces = [
      " ", "  ", "-", "- ", ":", ": ", "\"", "'", "#", " #", "|", "> ", "{", "]", "&a ", "*a", "\t", "", "\n",
    ]
    for _ in 0..<1500 {
      var damaged = lines
      let line = Int.random(in: 0..<damaged.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: damaged.remove(at: line)
      case 1: damaged.insert(damaged[Int.random(in: 0..<damaged.count, using: &generator)], at: line)
      case 2: damaged[line] = String(damaged[line].dropFirst())
      default:
        let offset = Int.random(in: 0...damaged[line].count, using: &generator)
        let at = damaged[line].index(damaged[line].startIndex, offsetBy: offset)
        damaged[line].insert(contentsOf: pieces.randomElement(using: &generator) ?? "", at: at)
      }
      expectSame(damaged.joined(separator: "\n"))
    }
  }

  @Test func `users' files are read alike`() throws {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/corpus")
    guard let files = FileManager.default.enumerator(at: corpus, includingPropertiesForKeys: nil) else { return }
    var count = 0
    for case let url as URL in files where ["yaml", "yml"].contains(url.pathExtension) {
      expectSame(try String(contentsOf: url, encoding: .utf8))
      count += 1
    }
    if count == 0 { print("no corpus at \(corpus.path): nothing compared") }
  }

  /// Whole values must be equal, places included. Under a mask the scanner may miss errors in what is left out.
  private func expectSame(_ text: String) {
    let ours = documents(text, scanner: true)
    let reference = documents(text, scanner: false)
    #expect(ours == reference, Comment(rawValue: difference(ours, reference, text)))
    let masked = documents(text, scanner: false, mask: Self.mask)
    if case .success = masked {
      let ours = documents(text, scanner: true, mask: Self.mask)
      #expect(ours == masked, Comment(rawValue: difference(ours, masked, text)))
    }
  }

  private func difference(
    _ ours: Result<[Value], SyntaxError>, _ reference: Result<[Value], SyntaxError>, _ text: String
  ) -> String {
    guard case .success(let a) = ours, case .success(let b) = reference else {
      let sides = [ours, reference].map { side in
        if case .failure(let error) = side { return "\(error)" }
        return "no error"
      }
      return sides.joined(separator: " / ") + "\n" + text
    }
    guard a.count == b.count else { return "\(a.count) / \(b.count) documents\n" + text }
    return zip(a, b).compactMap { Self.firstDifference($0, $1) }.joined(separator: "\n") + "\n" + text
  }

  private static func firstDifference(_ a: Value, _ b: Value) -> String? {
    if a == b { return nil }
    if case .map(let x) = a.content, case .map(let y) = b.content, x.count == y.count, a.position == b.position {
      for (x, y) in zip(x, y) where x != y {
        if x.key == y.key, x.keyPosition == y.keyPosition { return firstDifference(x.value, y.value) }
        return "key \(x.key) \(x.keyPosition) / \(y.key) \(y.keyPosition)"
      }
    }
    if case .list(let x) = a.content, case .list(let y) = b.content, x.count == y.count, a.position == b.position {
      for (x, y) in zip(x, y) where x != y { return firstDifference(x, y) }
    }
    return "\(a) / \(b)"
  }
}
