extension Flow {
  /// What Weir adds to a flow beyond the protocol's fields, as a well-known type that every reader accepts.
  public enum Extensions: Sendable, Hashable {
    case none
    /// A `google.protobuf.Struct`.
    case fields([Field])
    /// A `google.protobuf.StringValue`.
    case text(String)

    /// The time that each hop took, under the key `latency_ns`.
    public static func latency(_ hops: [(name: String, nanoseconds: UInt64)]) -> Extensions {
      .fields([
        Field("latency_ns", .object(hops.map { Field($0.name, .number(Double($0.nanoseconds))) }))
      ])
    }
  }

  /// A member of a `google.protobuf.Struct`. Written in the order given.
  public struct Field: Sendable, Hashable {
    public var name: String
    public var value: FieldValue

    public init(_ name: String, _ value: FieldValue) {
      self.name = name
      self.value = value
    }
  }

  /// A `google.protobuf.Value`.
  public enum FieldValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([FieldValue])
    case object([Field])
  }
}
