import Manifest

/// Models by the kind and name of their object, in the order in which the names first appeared; of several objects with one
/// name the last counts.
struct ObjectStore<Model: Sendable>: Sendable {
  private struct Key: Hashable {
    var kind: String
    var namespace: String
    var name: String
  }

  private(set) var models: [Model] = []
  private(set) var locations: [Location] = []
  private var indices: [Key: Int] = [:]

  /// Returns where the object was before, if it was.
  mutating func put(_ model: Model, for object: ManifestObject) -> Location? {
    let key = Key(kind: object.kind, namespace: object.namespace, name: object.name)
    if let index = indices[key] {
      let previous = locations[index]
      models[index] = model
      locations[index] = object.location
      return previous
    }
    indices[key] = models.count
    models.append(model)
    locations.append(object.location)
    return nil
  }
}
