/// Why a filter cannot be what was asked for.
public struct FlowFilterError: Error, Hashable, CustomStringConvertible {
  /// The option with its dashes; nil when several are at fault.
  public var flag: String?
  public var reason: String

  public init(flag: String? = nil, _ reason: String) {
    self.flag = flag
    self.reason = reason
  }

  public var description: String { flag.map { "\($0): \(reason)" } ?? reason }
}
