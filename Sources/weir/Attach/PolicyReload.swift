import Compiler
import Glibc
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
    // Retained here, released by the thread.
    let this = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<PolicyReload>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, this.toOpaque())
    guard code == 0 else {
      this.release()
      finish(Outcome())
      return
    }
    pthread_detach(thread)
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
