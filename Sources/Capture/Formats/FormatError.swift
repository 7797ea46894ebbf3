/// What is wrong with the bytes of a capture.
struct FormatError: Error, Equatable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
