import Manifest

/// Makes diagnostics about one object: it knows the file and the object's title.
struct Reporter: Sendable {
  private let file: String
  private let location: Location
  private let title: String

  init(object: ManifestObject) {
    file = object.location.file
    location = object.location
    title = object.title
  }

  func error(_ refusal: Refusal, identifier: String? = nil) -> Diagnostic {
    diagnostic(.error, refusal, identifier: identifier)
  }

  func warning(_ refusal: Refusal, identifier: String) -> Diagnostic {
    diagnostic(.warning, refusal, identifier: identifier)
  }

  private func diagnostic(_ severity: Diagnostic.Severity, _ refusal: Refusal, identifier: String?) -> Diagnostic {
    let place = refusal.position.line > 0 ? Location(file: file, position: refusal.position) : location
    return Diagnostic(severity, at: place, object: title, refusal.text, hint: refusal.hint, identifier: identifier)
  }
}
