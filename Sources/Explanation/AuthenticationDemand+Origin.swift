import Compiler
import Policy
import Rules
import Tables

extension AuthenticationDemand {
  /// Finds the rules that ask for the authentication of a decision.
  init(_ scene: Scene, _ type: AuthenticationType, _ entry: PolicyMapEntry) {
    let mode: AuthenticationMode = type == .spire ? .required : .testAlwaysFail
    let isOwn = entry.authenticationIsExplicit && entry.authentication == type
    let deciding = Set(scene.tables.provenance.lists[Int(entry.rules)])
    let demanding = scene.entries.filter {
      !$0.entry.isDeny && $0.entry.authentication == mode
        && (isOwn ? deciding.contains($0.rule) : scene.isMatched(by: $0))
    }
    self.init(mode: type.name, isDerived: !isOwn, rules: demanding.map(scene.part).uniqued())
  }
}
