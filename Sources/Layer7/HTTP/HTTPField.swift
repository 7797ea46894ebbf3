/// A header or trailer field: where its name and its value lie in the message's bytes.
public struct HTTPField: Sendable, Hashable {
  public let name: ByteRange
  /// Without the blanks around it. A folded value (obs-fold) includes its line ends.
  public let value: ByteRange
}
