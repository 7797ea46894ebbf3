extension Flow {
  /// Who saw the event, and where.
  public struct Observer: Sendable, Hashable {
    public var emitter: Emitter?
    public var nodeName = ""
    public var nodeLabels: [String] = []

    public init(emitter: Emitter? = nil, nodeName: String = "", nodeLabels: [String] = []) {
      self.emitter = emitter
      self.nodeName = nodeName
      self.nodeLabels = nodeLabels
    }

    public static let none = SharedValue(Observer())
  }
}
