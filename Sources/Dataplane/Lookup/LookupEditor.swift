internal import Addresses
internal import Rules
public import Tables

/// `LookupTables` that follow changes of the tables in place, without being built again.
///
/// What it follows is what learning a name does: identities and single addresses that come and go, and the policy
/// entries of these identities. Everything else, and room that is used up, is for the caller to answer with `rebuild`.
///
/// The tables belong to the thread that the editor does. After each change an engine must be told to use them anew
/// (`Engine.replaceTables`), so that no connection goes on by what was remembered.
public struct LookupEditor: ~Copyable {
  public private(set) var tables: LookupTables
  private let vantage: Vantage
  private var addressCount: Int
  private var policies: PolicyIndexEditor

  /// Addresses and policy entries for which there is room at first.
  private static let leastRoom = 1 << 14

  public init(_ tables: Tables, vantage: Vantage = .node) {
    self.vantage = vantage
    addressCount = Self.addressCount(tables)
    self.tables = LookupTables(tables, vantage: vantage, spareAddresses: max(Self.leastRoom, addressCount))
    policies = PolicyIndexEditor(self.tables.policies, tables.policies)
  }

  /// Begins again with other tables, or with more room for the same.
  public mutating func rebuild(_ tables: Tables) {
    self = LookupEditor(tables, vantage: vantage)
  }

  private static func addressCount(_ tables: Tables) -> Int {
    tables.ipcache.count + tables.endpoints.reduce(0) { $0 + $1.addresses.count }
  }

  /// Follows a change.
  ///
  /// - Returns: false when it cannot be followed; the tables are then to be rebuilt.
  public mutating func apply(_ delta: TablesDelta) -> Bool {
    guard delta.isOfNames else { return false }
    for policy in delta.policies {
      guard policies.apply(policy, to: tables.policies) else { return false }
    }
    for entry in delta.ipcache {
      let address = entry.prefix.address
      if !tables.addresses.holds(address) {
        guard addressCount < tables.addresses.capacity else { return false }
        addressCount += 1
      }
      tables.addresses.setIdentity(entry.identity, node: entry.nodeIndex, of: address)
    }
    for prefix in delta.ipcacheRemoved where tables.addresses.holds(prefix.address) {
      tables.addresses.removeIdentity(of: prefix.address)
    }
    return true
  }
}
