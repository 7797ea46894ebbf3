/// How events are written.
public enum FlowFormat: String, Sendable, CaseIterable {
  /// One line per event, as `hubble observe` prints by default.
  case compact
  /// One key and value per line.
  case dict
  /// Aligned columns.
  case table
  /// One `GetFlowsResponse` per line, which `hubble observe --input-file` reads.
  case jsonpb

  /// The format that `-o` calls `name`; `json` and `tab` are other names of `jsonpb` and `table`.
  public init?(name: String) {
    switch name {
    case "json": self = .jsonpb
    case "tab": self = .table
    default: self.init(rawValue: name)
    }
  }
}

/// What the printers show, and how.
public struct FlowPrintOptions: Sendable {
  public var format: FlowFormat
  public var timeFormat: Timestamp.Format
  /// Addresses instead of names (`--numeric`).
  public var numeric: Bool
  /// ANSI colours, in the compact and dict formats.
  public var color: Bool
  /// The node that saw the event (`--print-node-name`).
  public var nodeNames: Bool
  /// The policies behind a policy verdict (`--print-policy-names`).
  public var policyNames: Bool

  public init(
    format: FlowFormat = .compact, timeFormat: Timestamp.Format = .stampMilli, numeric: Bool = false,
    color: Bool = false, nodeNames: Bool = false, policyNames: Bool = false
  ) {
    self.format = format
    self.timeFormat = timeFormat
    self.numeric = numeric
    self.color = color
    self.nodeNames = nodeNames
    self.policyNames = policyNames
  }
}
