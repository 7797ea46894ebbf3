/// An enumeration of the protocol: written by name, read by name or number.
public protocol ProtobufEnum: RawRepresentable<Int32>, CaseIterable, Sendable, Hashable {
  /// The name in the `.proto` file, which is also the JSON text.
  var protobufName: String { get }
}

extension ProtobufEnum {
  /// The case whose name in the `.proto` file is `name`.
  public init?(protobufName name: some StringProtocol) {
    guard let match = Self.allCases.first(where: { $0.protobufName == name }) else { return nil }
    self = match
  }
}
