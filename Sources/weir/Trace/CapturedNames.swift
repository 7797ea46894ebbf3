import Addresses
import Capture
import Compiler
import Dataplane
import Flow
import Manifest
import Names
import Policy
import Proxy
import Rules
import Tables

/// Names that the DNS answers in captures teach, as they are known when the captures end.
struct CapturedNames {
  /// Why an address is known to have a name.
  struct Answer {
    var name: String
    var address: IPAddress
    /// Who asked: `namespace/name`.
    var askedBy: String
    /// Capture time in nanoseconds.
    var time: Int64
    /// In seconds, as the server said.
    var timeToLive: UInt32
    /// Without what the captures taught the verdict would be another.
    var opensTheWay: Bool

    var text: String {
      let opens = opensTheWay ? "An answer opens the way" : "An answer names \(address)"
      return "\(opens): at \(Timestamp.text(time)) \(askedBy) asked for \(name), and was told \(address) "
        + "for \(timeToLive) s."
    }
  }

  let addresses: [(name: String, addresses: [IPAddress])]
  private var answers: [IPAddress: [Answer]] = [:]
  /// What the verdict would be without.
  private let before: Tracer
  private let dialect: DNSPattern.Dialect

  /// Replays the captures for what they teach.
  init(_ paths: [String], _ workspace: Workspace, _ console: Console) throws {
    var capture = try Self.open(paths, console)
    var options = EngineOptions()
    options.findsSightings = VantageOption.auto.findsSightings(capture.points)
    var proxies = ProxySettings(workspace, judgesQUIC: false)
    proxies.recordsEvents = false
    proxies.keepsAnswers = true
    var replay = Replay(
      names: NameStage(workspace.compilation.input, workspace.tables, vantage: VantageOption.auto.vantage),
      output: ReplayOutput(FlowSelection(), nil), recordsEveryPacket: false, options: options, proxies: proxies,
      sampling: nil)
    try replay.run(&capture, onlyForReader: false)
    for damage in capture.damage { console.report(Diagnostic(damage, .warning)) }
    addresses = replay.names.addresses
    dialect = workspace.compatibility == .snapshot ? .snapshot : .release
    before = Tracer(workspace.compilation, compatibility: workspace.compatibility)
    for address in Set(addresses.flatMap(\.addresses)) {
      answers[address] = replay.names.sources(of: address).map { name, source in
        Answer(
          name: name, address: address, askedBy: replay.names.tables.endpoints[source.endpoint].name,
          time: source.time, timeToLive: source.timeToLive, opensTheWay: false)
      }
    }
  }

  private static func open(_ paths: [String], _ console: Console) throws -> MergedCapture {
    do throws(CaptureError) {
      return try MergedCapture(paths: paths, filter: nil)
    } catch {
      console.report(Diagnostic(error, .error))
      throw error.exitStatus
    }
  }

  /// The answers that gave an end of a traced connection its names.
  ///
  /// - Parameter tables: with the names.
  func answers(behind result: TraceResult, _ tables: Tables) -> [Answer] {
    var found: [Answer] = []
    for end in [result.source, result.destination] {
      guard case .address(let address) = end.probe, let known = answers[address] else { continue }
      let patterns = patterns(of: end.identity, tables)
      found += known.map { answer in
        var answer = answer
        answer.opensTheWay = patterns.contains { $0.matches(answer.name) }
        return answer
      }
    }
    guard found.contains(where: \.opensTheWay), !makesDifference(result) else { return found }
    for index in found.indices { found[index].opensTheWay = false }
    return found
  }

  /// The selectors of names that an identity stands for.
  private func patterns(of identity: UInt32, _ tables: Tables) -> [DNSPattern] {
    let labels = tables.identity(identity)?.labels ?? []
    return labels.filter { $0.hasPrefix("fqdn:") }.map {
      DNSPattern(
        matchName: "", matchPattern: String($0.dropFirst("fqdn:".count)), dialect: dialect, forSelector: true)
    }
  }

  /// Whether the connection would be refused without the names.
  private func makesDifference(_ result: TraceResult) -> Bool {
    guard let other = try? before.trace(result.probe) else { return false }
    return TraceOutcome(result, authenticationSucceeds: true) != .dropped
      && TraceOutcome(other, authenticationSucceeds: true) == .dropped
  }
}
