/// The head of an object: what the decoding of Kubernetes' ObjectMeta refuses.
enum Metadata {
  static func check(_ root: Field, kind: String) throws(Refusal) {
    let metadata = try root.object("metadata")
    _ = try metadata?.string("namespace")
    _ = try metadata?.stringMap("labels")
    _ = try metadata?.stringMap("annotations")
    guard let name = try metadata?.string("name"), !name.isEmpty else {
      throw (metadata ?? root).refusal("\(kind) must have name")
    }
  }
}
