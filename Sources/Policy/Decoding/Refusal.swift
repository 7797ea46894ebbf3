import Manifest

/// Why an object, or a part of it, cannot be taken: thrown by decoding and validation, turned into a `Diagnostic` at the
/// border, where the file's name is known.
struct Refusal: Error {
  var path: FieldPath
  var position: Position
  var message: String
  var hint: String?
  /// What kind of fault it is.
  var identifier = WarningIdentifier.refused

  /// `path: message`, or the message alone when it is about the whole object.
  var text: String {
    let place = path.description
    return place.isEmpty ? message : "\(place): \(message)"
  }
}
