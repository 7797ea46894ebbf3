/// A value behind one reference, copied when it is changed while shared.
///
/// Most of an event repeats what earlier events said: the ends, the policies, the node. Held like this, they cost one
/// reference count each to pass on, and a writer knows what it has written before by the reference alone.
public struct SharedValue<Content: Sendable & Hashable>: Sendable {
  /// Never changed while anybody else refers to it: `content` sees to that, which makes sharing it between threads
  /// sound.
  fileprivate final class Storage: @unchecked Sendable {
    var content: Content

    init(_ content: Content) { self.content = content }
  }

  private var storage: Storage

  public init(_ content: Content) {
    storage = Storage(content)
  }

  public var content: Content {
    @inline(__always) _read { yield storage.content }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.content) }
      yield &storage.content
    }
  }

  /// Stands for the value as long as somebody keeps it.
  var identity: UInt {
    @inline(__always) get { UInt(bitPattern: Unmanaged.passUnretained(storage).toOpaque()) }
  }

  /// True when both are one value in memory; equal values need not be.
  @inline(__always)
  func isSame(as other: Self) -> Bool { storage === other.storage }
}

extension SharedValue: Hashable {
  public static func == (a: Self, b: Self) -> Bool {
    a.storage === b.storage || a.storage.content == b.storage.content
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(content) }
}
