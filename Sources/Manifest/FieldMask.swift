/// Which fields of a map are wanted: what a parser may leave out without building it.
///
/// A dump of a cluster is mostly managed fields, conditions and environment variables that nobody here reads. A mask
/// passes through lists to their elements; a scalar where a map was expected is always kept, so that readers can say so.
public final class FieldMask: Sendable {
  struct Field: Sendable {
    let name: String
    let bytes: [UInt8]
    let mask: FieldMask
  }

  enum Extent: Sendable {
    case everything
    case nothing
    /// Only these fields.
    case fields([Field])
    /// A Kubernetes object, whose own `kind` chooses the mask.
    case object(KindMasks, listKind: String?)
  }

  let extent: Extent

  init(_ extent: Extent) {
    self.extent = extent
  }

  public static let everything = FieldMask(.everything)
  public static let nothing = FieldMask(.nothing)

  public static func fields(_ fields: KeyValuePairs<String, FieldMask>) -> FieldMask {
    FieldMask(.fields(fields.map { Field(name: $0.key, bytes: Array($0.key.utf8), mask: $0.value) }))
  }

  /// These fields, each whole.
  public static func fields(_ names: String...) -> FieldMask {
    FieldMask(.fields(names.map { Field(name: $0, bytes: Array($0.utf8), mask: .everything) }))
  }

  static func object(_ masks: KindMasks, listKind: String? = nil) -> FieldMask {
    FieldMask(.object(masks, listKind: listKind))
  }
}

/// The masks of the kinds that a reader knows.
public struct KindMasks: Sendable {
  public var kinds: [String: FieldMask]
  /// The mask of every other kind. It should keep the object's head.
  public var otherKinds: FieldMask

  public init(kinds: [String: FieldMask], otherKinds: FieldMask) {
    self.kinds = kinds
    self.otherKinds = otherKinds
  }

  /// Every object whole.
  public static let everything = KindMasks(kinds: [:], otherKinds: .everything)

  /// What tells one object from another.
  public static let head: FieldMask = .fields([
    "apiVersion": .everything, "kind": .everything, "metadata": .fields("name", "namespace"), "items": .nothing,
  ])

  func mask(ofKind kind: String) -> FieldMask { kinds[kind] ?? otherKinds }
}
