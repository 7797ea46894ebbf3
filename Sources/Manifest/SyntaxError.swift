/// Text that is neither YAML nor JSON, or that exceeds a limit.
struct SyntaxError: Error, Equatable {
  var position: Position
  var message: String
  var hint: String?

  init(_ position: Position, _ message: String, hint: String? = nil) {
    self.position = position
    self.message = message
    self.hint = hint
  }
}
