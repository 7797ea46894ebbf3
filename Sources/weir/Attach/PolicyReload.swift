import Compiler
import Manifest
import Policy
import Proxy
import Synchronization
import Tables

/// Reads and compiles the input again, on a thread of its own: the packets' events go on meanwhile.
final class PolicyReload: Sendable {
  /// What a reload came to; nil tables: it failed, and why has been reported.
  struct Outcome: Sendable {
    var tables: Tables?
    /// What they were made from.
    var input: Compiler.Input?
    var policies = 0
    var proxies = ProxySettings()
    /// Why there are no tables.
    var failure = "the input has errors"
  }

  private let input: InputOptions
  private let console: Console
  private let outcome = Mutex<Outcome?>(nil)

  /// - Parameter input: with `strict` set where a refused object is to leave everything as it was.
  init(_ input: InputOptions, _ console: Console) {
    self.input = input
    self.console = console
  }

  func start() {
    do throws(SystemThread.Failure) {
      try SystemThread { self.run() }.detach()
    } catch {
      finish(Outcome(failure: error.description))
    }
  }

  private func run() {
    guard let workspace = try? Workspace(input, console: console) else { return finish(Outcome()) }
    finish(
      Outcome(
        tables: workspace.tables, input: workspace.compilation.input,
        policies: workspace.policies.count(where: \.isAccepted), proxies: ProxySettings(live: workspace)))
  }

  private func finish(_ result: Outcome) {
    outcome.withLock { $0 = result }
  }

  /// The outcome once there is one.
  func take() -> Outcome? {
    outcome.withLock { value in
      defer { value = nil }
      return value
    }
  }
}
