import Foundation
import Manifest
import Testing

/// `docs/findings.md` lists every identifier, once, and no other.
@Suite struct DocumentationTests {
  @Test func everyIdentifierIsDocumented() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/findings.md")
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
    let listed = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
    #expect(listed.count == Set(listed).count)
    #expect(Set(listed) == Set(WarningIdentifier.allCases.map(\.rawValue)))
    for row in rows {
      // Identifier, severity, meaning, example.
      let cells = row.replacing("\\|", with: "").split(separator: "|", omittingEmptySubsequences: false)
      #expect(cells.count == 6 && cells[1...4].allSatisfy { !$0.allSatisfy(\.isWhitespace) }, "\(row)")
      guard let identifier = cells[1].split(separator: "`").dropFirst().first.map(String.init) else { continue }
      let severity = WarningIdentifier(rawValue: identifier)?.severity.rawValue
      #expect(cells[2].trimmingCharacters(in: .whitespaces) == severity, "\(identifier)")
    }
  }
}
