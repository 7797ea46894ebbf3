public import Cluster
public import Tables

/// Compiled tables beside what they were made from.
public struct Compilation: Sendable {
  public let input: Compiler.Input
  public let tables: Tables
  /// Those of all accepted policies.
  public let entries: [CompiledEntry]
  public let identities: IdentityMap
  public let times: CompilationTimes
}
