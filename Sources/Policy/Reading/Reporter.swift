import Manifest

/// Makes diagnostics about one object: it knows the file and the object's title.
struct Reporter: Sendable {
  private let location: Location
  private let title: String

  init(object: ManifestObject) {
    location = object.location
    title = object.title
  }

  func error(_ refusal: Refusal) -> Diagnostic {
    diagnostic(.error, refusal, refusal.identifier)
  }

  func warning(
    _ refusal: Refusal, _ identifier: WarningIdentifier, as severity: Diagnostic.Severity? = nil
  ) -> Diagnostic {
    diagnostic(severity ?? identifier.severity, refusal, identifier)
  }

  private func diagnostic(
    _ severity: Diagnostic.Severity, _ refusal: Refusal, _ identifier: WarningIdentifier
  ) -> Diagnostic {
    var place = location
    if refusal.position.line > 0 { place.position = refusal.position }
    return Diagnostic(
      severity, at: place, object: title, refusal.text, hint: refusal.hint, identifier: identifier.rawValue)
  }
}
