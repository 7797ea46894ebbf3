import Cluster
public import Manifest
import Policy
public import Tables

/// Looks for policies that do not mean what they seem to mean, as far as the cluster and the other policies tell
/// (`cilium-policy.md` §15). What one policy alone tells is in its `warnings`.
public enum PolicyFindings {
  /// In the order of the files.
  ///
  /// The work grows with the rules and the identities that they select, not with pairs of rules; it is meant to be done
  /// only when somebody reads the result.
  public static func review(_ input: Compiler.Input, tables: Tables) -> [Diagnostic] {
    let context = FindingContext(input, tables: tables)
    var list = FindingList()
    SelectionFindings(context: context).review(&list)
    NameFindings(context: context).review(&list)
    ServiceFindings(context: context).review(&list)
    PortFindings(context: context).review(&list)
    AddressFindings(context: context).review(&list)
    DefaultDenyFindings(context: context).review(&list)
    UnreachableFindings(context: context).review(&list)
    LiftedFindings(context: context).review(&list)
    MeshFindings(context: context).review(&list)
    return list.sorted()
  }
}

/// Collects findings; says nothing twice.
struct FindingList {
  private struct Key: Hashable {
    var identifier: WarningIdentifier
    var location: Location
    var message: String
  }

  private var seen: Set<Key> = []
  private var diagnostics: [Diagnostic] = []

  mutating func add(
    _ identifier: WarningIdentifier, _ origin: RuleOrigin, _ message: String, hint: String? = nil,
    as severity: Diagnostic.Severity? = nil
  ) {
    let object = origin.namespace.isEmpty ? origin.name : "\(origin.namespace)/\(origin.name)"
    add(
      identifier, at: origin.location, object: "\(origin.kind) \(object)",
      origin.path.isEmpty ? message : "\(origin.path): \(message)", hint: hint, as: severity)
  }

  mutating func add(
    _ identifier: WarningIdentifier, at location: Location, object: String, _ message: String, hint: String? = nil,
    as severity: Diagnostic.Severity? = nil
  ) {
    guard seen.insert(Key(identifier: identifier, location: location, message: message)).inserted else { return }
    diagnostics.append(
      Diagnostic(
        severity ?? identifier.severity, at: location, object: object, message, hint: hint,
        identifier: identifier.rawValue))
  }

  func sorted() -> [Diagnostic] {
    diagnostics.sorted {
      guard let a = $0.location, let b = $1.location, a != b else {
        return ($0.identifier ?? "") < ($1.identifier ?? "")
      }
      return (a.file, a.position.line, a.position.column) < (b.file, b.position.line, b.position.column)
    }
  }
}
