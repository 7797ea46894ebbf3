import Cluster
public import Compiler
import Layer7
import Policy
import Proxy
public import Rules
public import Tables

/// Asks the rules behind a redirect what Cilium's proxy would do with a question.
public struct L7Judge: Sendable {
  private let settings: Settings
  private let secrets: [String: [String: String]]
  private let dialect: DNSPattern.Dialect

  public init(_ input: Compiler.Input) {
    settings = input.cluster.settings
    secrets = input.cluster.secrets
    dialect = input.compatibility == .snapshot ? .snapshot : .release
  }

  /// - Parameters:
  ///   - policy: of the endpoint whose hop redirects.
  ///   - namespace: of that endpoint.
  ///   - peer: the identity of the other end.
  public func answer(
    _ question: L7Question, _ redirect: Redirect, _ policy: EndpointPolicy, _ direction: Direction,
    namespace: String, peer: UInt32, protocolNumber: UInt8, port: UInt16
  ) -> L7Answer {
    switch redirect {
    case .listener(let name):
      return L7Answer(
        .undecided("Weir does not know what the Envoy listener \(name) does, so whether it passes is open."))
    case .proxylib:
      return L7Answer(
        .undecided(
          "Its proxy reads neither HTTP, TLS nor DNS but another protocol, so what it lets pass was not asked."))
    case .dns:
      guard let name = question.queryName else {
        return L7Answer(.undecided("The DNS proxy judges queries, and none was asked about (--dns NAME)."))
      }
      guard let `protocol` = L4Protocol(rawValue: protocolNumber) else { return L7Answer(.dropped(.query)) }
      let rules = DNSProxyRules(policy, direction, `protocol`, port: port, dialect: dialect)
      switch rules.decide(name, to: peer) {
      case .allowed(let place): return L7Answer(.forwarded, by: place)
      case .refused: return L7Answer(.dropped(.query))
      }
    case .http:
      guard question.request != nil || question.serverName != nil else {
        return L7Answer(.undecided("Envoy reads HTTP and TLS, and neither was asked about (--http, --sni)."))
      }
      do throws(L7RuleError) {
        let rules = try EnvoyRules(
          policy, direction, port: port, normalizesPath: settings.normalizesHTTPPath,
          secret: { secret($0, in: namespace) })
        return answer(question, rules, peer)
      } catch {
        return L7Answer(.undecided("Envoy refuses the policy: \(error)."))
      }
    }
  }

  private func answer(_ question: L7Question, _ rules: EnvoyRules, _ peer: UInt32) -> L7Answer {
    let allowance: RulePlace?
    switch rules.decide(connectionFrom: peer, serverName: question.serverName) {
    case .allowed(let place): allowance = place
    case .refused(let place): return L7Answer(.dropped(.connection), by: place)
    }
    if question.serverName != nil {
      // What is inside TLS stays unread unless TLS ends at the proxy.
      guard rules.readsHTTP(from: peer) else { return L7Answer(.forwarded, by: allowance) }
      guard rules.terminatesTLS(with: peer) else { return L7Answer(.dropped(.encrypted)) }
    }
    guard let request = question.request else {
      return L7Answer(
        .undecided("TLS ends at Envoy, which judges the requests inside; none was asked about (--http)."))
    }
    switch rules.decide(request, from: peer) {
    case .allowed(let place, _): return L7Answer(.forwarded, by: place ?? allowance)
    case .denied(let place): return L7Answer(.dropped(.request), by: place)
    case .redirected(let path): return L7Answer(.dropped(.otherPath(path)))
    case .refused, nil: return L7Answer(.dropped(.notARequest))
    }
  }

  /// A secret counts where it has one item only.
  private func secret(_ reference: SecretReference, in namespace: String) -> String? {
    let items = secrets["\(reference.namespace.isEmpty ? namespace : reference.namespace)/\(reference.name)"]
    return items?.count == 1 ? items?.values.first : nil
  }

  /// Whether one rule alone lets a request pass.
  func allows(_ request: L7Question.Request, _ rule: HTTPRule, in namespace: String) -> Bool {
    let rules = try? HTTPRuleSet(
      [rule], normalizesPath: settings.normalizesHTTPPath, secret: { secret($0, in: namespace) })
    return rules?.decide(request)?.isAllowed ?? false
  }
}

extension EnvoyRules {
  /// nil for what is no request.
  fileprivate func decide(_ request: L7Question.Request, from remote: UInt32) -> HTTPRequestDecision? {
    let bytes = request.head
    var parser = HTTP1Parser()
    var exchanges = HTTP1Exchanges()
    guard parser.consume(bytes.span.bytes, &exchanges).event == .head,
      let view = HTTPRequestView(parser.head, bytes.span.bytes)
    else { return nil }
    return decide(view, from: remote)
  }
}

extension HTTPRuleSet {
  fileprivate func decide(_ request: L7Question.Request) -> HTTPDecision? {
    let bytes = request.head
    var parser = HTTP1Parser()
    var exchanges = HTTP1Exchanges()
    guard parser.consume(bytes.span.bytes, &exchanges).event == .head,
      let view = HTTPRequestView(parser.head, bytes.span.bytes)
    else { return nil }
    return decide(view)
  }
}
