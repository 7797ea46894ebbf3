import Dataplane
import Kernel
import Manifest
import Tables

/// What `weir attach` was asked for, as far as new tables have to be fitted to it.
struct LiveSetup {
  /// The input that is read again.
  var input: InputOptions
  var console: Console
  /// The endpoint behind the interface; nil: decide by address.
  var endpoint: String?
  /// `--mode enforce`.
  var drops: Bool
  /// `--enforce-sni`.
  var enforcesServerNames: Bool
  var recordsEveryPacket: Bool
  /// Reload when files change.
  var watches: Bool

  /// Entries and addresses that names may add before the tables are loaded anew, where names are learnt.
  static let spareEntries = 8192

  /// Tables that cannot be put into force.
  struct Unfit: Error {
    var reason: String
    var hint: String?
  }

  /// The tables as they are to be put into force, and the endpoint's index in them.
  func fit(_ tables: Tables) throws(Unfit) -> (tables: Tables, endpoint: Int?) {
    var tables = tables
    // What policy refuses is then shown as AUDIT, and its replies as replies.
    if !drops { tables.settings.auditMode = true }
    guard let endpoint else { return (tables, nil) }
    guard let index = tables.endpoints.firstIndex(where: { $0.name == endpoint && $0.isLocal }) else {
      throw Unfit(
        reason: "no local endpoint is called \(endpoint)",
        hint: NameHint.nearest(to: endpoint, in: tables.endpoints.filter(\.isLocal).map(\.name)))
    }
    guard LookupTables.judgingPolicy(of: tables.endpoints[index], in: tables) != nil else {
      throw Unfit(reason: "\(endpoint) has no policy that could be enforced", hint: nil)
    }
    return (tables, index)
  }
}
