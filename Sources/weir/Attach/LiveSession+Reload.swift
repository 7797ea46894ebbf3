import Flow
import Kernel
import Manifest
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
    let current = sets[Int(datapath.generation & 1)]
    guard let tables = outcome.tables else { return keep(current, because: "the input has errors") }
    let fitted: (tables: Tables, endpoint: Int?)
    do throws(LiveSetup.Unfit) {
      fitted = try setup.fit(tables)
    } catch {
      return keep(current, because: error.reason)
    }
    try drainEvents()
    do throws(KernelError) {
      let last = try datapath.replaceTables(fitted.tables, endpoint: fitted.endpoint)
      metrics.rules.keep(last, of: current.tables)
    } catch {
      setup.console.report(error)
      return keep(current, because: "the new tables cannot be loaded")
    }
    let set = TableSet(
      fitted.tables, generation: datapath.generation, policyCount: outcome.policies,
      recordsEveryPacket: setup.recordsEveryPacket)
    sets[Int(set.generation & 1)] = set
    metrics.countReload(succeeded: true)
    setup.console.say("reloaded: \(set.summary)")
  }

  private mutating func keep(_ set: TableSet, because reason: String) {
    metrics.countReload(succeeded: false)
    setup.console.report(
      Diagnostic(.error, at: nil, "nothing was reloaded: \(reason)", hint: "in force: \(set.summary)"))
  }
}
