import Cluster
import Compiler
import Policy
import Proxy
import Rules

extension ProxySettings {
  /// For packets that are read while they pass.
  init(live workspace: Workspace) {
    self.init(workspace, judgesQUIC: false)
    keepsAnswers = true
  }

  /// What the cluster's settings say to its proxies.
  init(_ workspace: Workspace, judgesQUIC: Bool) {
    self.init()
    let cluster = workspace.inventory.cluster
    normalizesPath = cluster.settings.normalizesHTTPPath
    if cluster.settings.dnsRejectResponse == "nameError" { dnsRefusalCode = 3 }
    dnsDialect = workspace.compatibility == .snapshot ? .snapshot : .release
    self.judgesQUIC = judgesQUIC
    let secrets = cluster.secrets
    secret = { reference in
      // Which item holds the value is not said: there has to be one.
      guard let items = secrets["\(reference.namespace)/\(reference.name)"], items.count == 1 else { return nil }
      return items.first?.value
    }
  }
}
