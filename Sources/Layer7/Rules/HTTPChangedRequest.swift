/// A request after a proxy has added, replaced or deleted headers (`headerMatches`): what the next one judges.
public struct HTTPChangedRequest: Sendable {
  private var bytes: [UInt8]
  private var method: ByteRange
  private var path: ByteRange?
  private var authority: ByteRange?
  private var fields: [HTTPField]

  public init(_ request: borrowing HTTPRequestView) {
    bytes = request.bytes.withUnsafeBytes { [UInt8]($0) }
    method = request.method
    path = request.path
    authority = request.authority
    fields = request.fields
  }

  /// Nil when none of the effects changes anything.
  public init?(_ request: borrowing HTTPRequestView, _ effects: [HTTPDecision.Effect]) {
    guard effects.contains(where: \.isChange) else { return nil }
    self.init(request)
    for effect in effects { apply(effect) }
  }

  public var view: HTTPRequestView {
    @_lifetime(borrow self)
    get {
      HTTPRequestView(bytes: bytes.span.bytes, method: method, path: path, authority: authority, fields: fields)
    }
  }

  private mutating func apply(_ effect: HTTPDecision.Effect) {
    switch effect {
    case .log: break
    case .add(let name, let value): set(name, value, replaces: false)
    case .replace(let name, let value): set(name, value, replaces: true)
    case .delete(let name):
      if Self.namesAuthority(name) { authority = nil }
      remove(name)
    }
  }

  /// The authority is a part of its own and, in HTTP/1, also a field.
  private static func namesAuthority(_ name: String) -> Bool { name == ":authority" || name == "host" }

  private mutating func set(_ name: String, _ value: String, replaces: Bool) {
    let text = append(value)
    switch name {
    case ":method": method = text
    case ":path": path = text
    default:
      if Self.namesAuthority(name) { authority = text }
      if replaces { remove(name) }
      fields.append(HTTPField(name: append(name), value: text))
    }
  }

  /// - Parameter name: lower-cased.
  private mutating func remove(_ name: String) {
    fields = fields.filter { !bytes[$0.name.range].lazy.map(asciiLowercased).elementsEqual(name.utf8) }
  }

  private mutating func append(_ text: String) -> ByteRange {
    let start = bytes.count
    bytes += text.utf8
    return ByteRange(start..<bytes.count)
  }
}

extension HTTPDecision.Effect {
  fileprivate var isChange: Bool {
    if case .log = self { false } else { true }
  }
}
