import Flow
import Kernel
import Manifest
import Names
import Proxy
import Tables

extension LiveSession {
  /// Starts a reload that was asked for, unless another is under way.
  mutating func startReload() {
    guard wantsReload, reload == nil else { return }
    wantsReload = false
    let next = PolicyReload(setup.input, setup.console)
    reload = next
    next.start()
  }

  /// Puts the outcome of a reload into force. What does not fit leaves everything as it was.
  mutating func adopt(_ outcome: PolicyReload.Outcome) throws(KernelError) {
    guard let tables = outcome.tables, let input = outcome.input else { return keep(because: outcome.failure) }
    for copy in try heldCopies() { try follow(try judge(copy)) }
    let next = names.compiled(input, tables)
    let fitted: (tables: Tables, endpoint: Int?)
    do throws(LiveSetup.Unfit) {
      fitted = try setup.fit(next.tables)
    } catch {
      return keep(because: error.reason)
    }
    let before = datapath.generation
    do throws(KernelError) {
      try replace(fitted, policyCount: outcome.policies, spareEntries: next.follows ? LiveSetup.spareEntries : 0)
    } catch {
      setup.console.report(error)
      return keep(because: "the new tables cannot be loaded")
    }
    // What was judged by the old tables is read by them too, and the new ones learn what it teaches.
    let copies = try heldCopies()
    var changes: [NameCache.Change] = []
    for copy in copies where copy.packet.generation & 1 == before & 1 { changes += try judge(copy) }
    let keepsEndpoints = names.tables.endpoints.map(\.name) == fitted.tables.endpoints.map(\.name)
    names.adopt(next)
    if keepsEndpoints {
      proxies.replaceTables(fitted.tables)
    } else {
      proxies = Proxies(fitted.tables, settings: outcome.proxies)
    }
    try follow(changes)
    for copy in copies where copy.packet.generation & 1 != before & 1 { try follow(try judge(copy)) }
    metrics.countReload(succeeded: true)
    setup.console.say("reloaded: \(currentSet.summary)")
  }

  /// Loads other tables, when all events of those before the present ones have been read.
  mutating func replace(
    _ fitted: (tables: Tables, endpoint: Int?), policyCount: Int, spareEntries: Int
  ) throws(KernelError) {
    let current = currentSet
    try drainEvents()
    let last = try datapath.replaceTables(fitted.tables, endpoint: fitted.endpoint, spareEntries: spareEntries)
    metrics.rules.keep(last, of: current.tables)
    let set = TableSet(
      fitted.tables, generation: datapath.generation, policyCount: policyCount,
      recordsEveryPacket: setup.recordsEveryPacket, interface: interface)
    sets[Int(set.generation & 1)] = set
  }

  var currentSet: TableSet { sets[Int(datapath.generation & 1)] }

  private mutating func keep(because reason: String) {
    metrics.countReload(succeeded: false)
    setup.console.report(
      Diagnostic(.error, at: nil, "nothing was reloaded: \(reason)", hint: "in force: \(currentSet.summary)"))
  }
}
