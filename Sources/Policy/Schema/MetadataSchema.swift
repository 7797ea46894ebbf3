/// Kubernetes' ObjectMeta, as far as an API server checks it on every object.
enum MetadataSchema {
  static let object = Schema.object([
    "name": .string(format: .subdomain, length: 1...253), "generateName": .string, "namespace": .string,
    "selfLink": .string, "uid": .string, "resourceVersion": .string, "generation": .anything,
    "creationTimestamp": .anything, "deletionTimestamp": .anything, "deletionGracePeriodSeconds": .anything,
    "labels": .anything, "annotations": .anything, "ownerReferences": .anything, "finalizers": .anything,
    "managedFields": .anything,
  ])

  /// The fields that every object has, with those of its kind.
  static func kind(_ fields: [String: Schema], required: [String] = []) -> Schema {
    let head: [String: Schema] = [
      "apiVersion": .string, "kind": .string, "metadata": object, "status": .anything,
    ]
    return .object(head.merging(fields) { $1 }, required: ["metadata"] + required)
  }
}
