import Layer7
import Rules

/// Redirected conversations over UDP that are not DNS: which are known, and which were refused by the name asked for.
struct QUICConnections: ~Copyable {
  struct Key: Hashable {
    var client: StreamEnd
    var server: StreamEnd
  }

  /// Conversations remembered; beyond, all are forgotten.
  static let maximum = 1 << 16

  /// With the proxy that refused; nil while none has.
  private var known: [Key: Direction?] = [:]
  private var reader = QUICReader()
  private(set) var forgotten: UInt64 = 0

  init() {}

  /// Whether the conversation was not known; it is from now on.
  mutating func isNew(_ key: Key) -> Bool {
    if known[key] != nil { return false }
    makeRoom()
    known[key] = .some(nil)
    return true
  }

  func closer(of key: Key) -> Direction? { known[key] ?? nil }

  mutating func close(_ key: Key, by direction: Direction) {
    makeRoom()
    known[key] = .some(direction)
  }

  /// The names of the ClientHellos that the datagram completes; nil for one that asks for none.
  mutating func serverNames(_ datagram: RawSpan, _ key: Key) -> [String?] {
    reader.read(datagram, from: key.client, to: key.server).compactMap { event -> String?? in
      switch event {
      case .connection: return nil
      case .clientHello(_, let hello): return .some(hello.serverNames.first)
      case .googleHello(_, let name): return .some(name.isEmpty ? nil : name)
      }
    }
  }

  private mutating func makeRoom() {
    guard known.count >= Self.maximum else { return }
    forgotten += UInt64(known.count)
    known.removeAll(keepingCapacity: true)
  }
}
