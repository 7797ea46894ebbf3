/// Decides, key by key while a map is being read, how much of each value is wanted.
struct MapMask {
  private var mask: FieldMask
  /// Set for a Kubernetes object until its `kind` has been read.
  private var undecided: KindMasks?
  private var masks: KindMasks?
  private var kind: String?

  /// nil when the mask wants every field whole or none, which needs no decisions.
  init(_ mask: FieldMask) {
    self.mask = mask
    if case .object(let masks, let listKind) = mask.extent {
      self.masks = masks
      undecided = masks
      if let listKind {
        // An element of a `PodList` is a Pod even if it does not say so.
        kind = listKind
      }
    }
  }

  /// The mask of the value under the key in `range`, and the key's text where the mask already holds it.
  func value(of range: Range<Int>, in bytes: ByteView) -> (mask: FieldMask, name: String?) {
    choose { bytes.equals(range, $0) }
  }

  /// The same for a key that had to be decoded, if it had to.
  func value(of decoded: String?, or range: Range<Int>, in bytes: ByteView) -> (mask: FieldMask, name: String?) {
    if let decoded { return (value(of: decoded), decoded) }
    return value(of: range, in: bytes)
  }

  func value(of key: String) -> FieldMask {
    let utf8 = Array(key.utf8)
    return choose { $0 == utf8 }.mask
  }

  private func choose(_ isKey: ([UInt8]) -> Bool) -> (mask: FieldMask, name: String?) {
    if let masks {
      if isKey(Self.apiVersionBytes) { return (.everything, "apiVersion") }
      if isKey(Self.kindBytes) { return (.everything, "kind") }
      if isKey(Self.itemsBytes), let items = itemsMask(masks) { return (items, "items") }
    }
    let current = undecided.map { masks in kind.map(masks.mask(ofKind:)) ?? .everything } ?? mask
    switch current.extent {
    case .everything, .object: return (.everything, nil)
    case .nothing: return (.nothing, nil)
    case .fields(let fields):
      for field in fields where isKey(field.bytes) { return (field.mask, field.name) }
      return (.nothing, nil)
    }
  }

  /// kubectl prints the `items` of a List before its `kind`.
  private func itemsMask(_ masks: KindMasks) -> FieldMask? {
    guard let kind, undecided == nil else { return .object(masks) }
    guard kind.hasSuffix("List"), masks.kinds[kind] == nil else { return nil }
    let element = String(kind.dropLast(4))
    return .object(masks, listKind: element.isEmpty ? nil : element)
  }

  /// Tells the mask what has been read; only an object's `kind` matters.
  mutating func didRead(_ key: String, _ value: Value) {
    guard let masks, key == "kind", case .string(let kind) = value.content else { return }
    self.kind = kind
    mask = masks.mask(ofKind: kind)
    undecided = nil
  }

  private static let apiVersionBytes = Array("apiVersion".utf8)
  private static let kindBytes = Array("kind".utf8)
  private static let itemsBytes = Array("items".utf8)
}
