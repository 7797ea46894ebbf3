import Cluster
import Compiler
import Foundation
import Manifest
import Policy
import Tables

/// Input files, or a text, with all that is said about them.
struct Reading {
  var tables: Tables
  var cluster: Cluster
  var diagnostics: [Diagnostic]

  init(
    _ paths: [String], validation: Validation = .prune, compatibility: Compatibility = .release
  ) {
    self.init(Inventory.read(paths), validation, compatibility)
  }

  init(
    _ yaml: String, validation: Validation = .strict, compatibility: Compatibility = .release
  ) {
    var reader = ClusterReader()
    reader.read(text: yaml, file: "input.yaml")
    self.init(reader.inventory(), validation, compatibility)
  }

  private init(_ inventory: Inventory, _ validation: Validation, _ compatibility: Compatibility) {
    cluster = inventory.cluster
    diagnostics = inventory.diagnostics
    let reader = PolicyReader(settings: cluster.settings, validation: validation, compatibility: compatibility)
    var input = Compiler.Input(cluster: cluster)
    input.compatibility = compatibility
    for object in inventory.policyObjects {
      if object.kind == "CiliumCIDRGroup" {
        let (group, found) = reader.readCIDRGroup(object)
        diagnostics += found
        if let group { input.groups.append(group) }
      } else {
        let policy = reader.read(object)
        diagnostics += policy.warnings + [policy.error].compactMap(\.self)
        input.policies.append(policy)
      }
    }
    tables = Compiler.compile(input)
    diagnostics += PolicyFindings.review(input, tables: tables)
  }

  var identifiers: Set<String> { Set(diagnostics.compactMap(\.identifier)) }
}

/// The policies of articles with their clusters, which are not part of this package.
enum Seeds {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/corpus/seeds")

  /// False, with the reason printed, where they are missing.
  static var exist: Bool {
    if FileManager.default.fileExists(atPath: folder.path) { return true }
    print("skipped: no seed policies at \(folder.path)")
    return false
  }

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  static func json<Content: Decodable>(_ name: String) throws -> Content {
    try JSONDecoder().decode(Content.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }
}
