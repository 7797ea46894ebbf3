import Layer7
import Rules
import Tables

/// The policies of proxied connections, compiled when they are first asked for.
struct ConnectionPolicies {
  private struct Key: Hashable {
    var endpoint: Int32
    var direction: Direction
    var redirect: UInt16
    var protocolNumber: UInt8
    var port: UInt16
    var remote: UInt32
  }

  /// Policies kept; beyond, all are compiled anew when asked for.
  private static let maximum = 1 << 16

  let tables: Tables
  private let settings: ProxySettings
  private let portNames: PortNames
  private var known: [Key: ConnectionPolicy] = [:]

  init(_ tables: Tables, _ settings: ProxySettings) {
    self.tables = tables
    self.settings = settings
    portNames = PortNames(tables)
  }

  /// What applies to a connection; nil when the endpoint has no policy.
  ///
  /// - Parameters:
  ///   - endpoint: index into `Tables.endpoints`.
  ///   - redirect: 1 + index into `Tables.redirects`.
  ///   - remote: the identity at the other end.
  mutating func policy(
    endpoint: Int32, _ direction: Direction, redirect: UInt16, protocolNumber: UInt8, port: UInt16, remote: UInt32
  ) -> ConnectionPolicy? {
    guard tables.endpoints.indices.contains(Int(endpoint)), let policy = tables.endpoints[Int(endpoint)].policy,
      tables.redirects.indices.contains(Int(redirect) - 1)
    else { return nil }
    let key = Key(
      endpoint: endpoint, direction: direction, redirect: redirect, protocolNumber: protocolNumber, port: port,
      remote: remote)
    if let known = known[key] { return known }
    let compiler = ConnectionPolicyCompiler(
      filters: tables.policies[policy].filters.filter { $0.direction == direction }, protocolNumber: protocolNumber,
      port: port, remote: remote, settings: settings
    ) { [portNames] filter in
      filter.portName.isEmpty
        ? filter.port
        : portNames.number(
          of: filter.portName, protocolNumber: filter.protocol.rawValue, direction, endpoint: Int(endpoint))
    }
    let compiled = compiler.policy(for: tables.redirects[Int(redirect) - 1])
    if known.count >= Self.maximum { known.removeAll(keepingCapacity: true) }
    known[key] = compiled
    return compiled
  }
}
