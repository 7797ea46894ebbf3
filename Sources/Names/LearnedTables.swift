public import Compiler
public import Dataplane
internal import Policy
public import Tables

/// Tables that follow what names stand for.
public struct LearnedTables: ~Copyable {
  /// What a change of a name did to the tables.
  public enum Effect: Sendable {
    /// Nothing that a packet could meet.
    case none
    case changed(TablesDelta)
    /// They were compiled anew: indices and numbers may be others.
    case replaced(Tables)
  }

  private var compilation: LiveCompilation
  private var editor: LookupEditor

  public init(_ input: Compiler.Input, vantage: Vantage = .node) {
    compilation = LiveCompilation(input.withEachNameOnce)
    editor = LookupEditor(compilation.tables, vantage: vantage)
  }

  /// Everything as it is now; costly after a change.
  public var tables: Tables {
    mutating get { compilation.tables }
  }

  /// How often the lookup tables had to be built again.
  public private(set) var rebuilds = 0

  /// For engines of this thread, which must be told to use them anew after each effect (`Engine.replaceTables`).
  public var lookup: LookupTables { editor.tables }

  public mutating func apply(_ change: NameCache.Change) -> Effect {
    let delta = compilation.apply(.name(change.name, addresses: change.addresses))
    if delta.isEmpty, delta.lists.isEmpty { return .none }
    if editor.apply(delta) { return .changed(delta) }
    let tables = compilation.tables
    editor.rebuild(tables)
    rebuilds += 1
    return delta.replacesEverything ? .replaced(tables) : .changed(delta)
  }

  /// The texts of the selectors (`FilterPeer.selector`) that select an identity.
  public func selectors(of identity: UInt32) -> Set<String> { compilation.selectors(of: identity) }
}

extension Compiler.Input {
  /// Whether the input has names to learn: a rule for the addresses of names, and somebody who may be asked for them
  /// through a proxy.
  public var learnsNames: Bool {
    let entries = policies.lazy.filter(\.isAccepted).flatMap(\.entries)
    return entries.contains(where: \.meansNames) && entries.contains(where: \.proxiesDNS)
  }

  /// A name that is there twice would make every change compile everything.
  fileprivate var withEachNameOnce: Compiler.Input {
    var result = self
    result.names = []
    for (name, addresses) in names {
      if let known = result.names.firstIndex(where: { $0.name == name }) {
        result.names[known].addresses += addresses
      } else {
        result.names.append((name, addresses))
      }
    }
    return result
  }
}
