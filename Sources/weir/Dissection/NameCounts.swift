/// How often names occur.
struct NameCounts {
  /// Different names that are kept; further ones count among `messages` only.
  static let limit = 1 << 16

  private(set) var counts: [String: Int] = [:]
  private(set) var messages = 0
  private(set) var nameless = 0
  /// Messages whose name may stand for another one, which is encrypted.
  private(set) var encrypted = 0

  mutating func add(_ name: String?, isEncrypted: Bool = false) {
    messages += 1
    if isEncrypted { encrypted += 1 }
    guard let name else { return nameless += 1 }
    if counts.count < Self.limit || counts[name] != nil { counts[name, default: 0] += 1 }
  }
}
