import Manifest

extension ClusterReader.State {
  /// Files an object under its kind.
  mutating func add(_ original: ManifestObject) {
    guard let kind = KnownKind(original) else {
      if KnownKind.isRetired(original) { return refuseRetired(original) }
      if original.kind.isEmpty { return review(helmValues: original) }
      reviewUnknown(original)
      let name = original.group.isEmpty ? original.kind : "\(original.kind).\(original.group)"
      skippedKinds[name, default: 0] += 1
      return
    }
    objectCounts[original.kind, default: 0] += 1
    var object = original
    do throws(WrongShape) {
      let root = Field(object.value, object.kind)
      try readHead(&object, root, kind)
      if let previous = try read(object, root, kind) {
        warn(
          object, "repeats the object at \(previous); the last one counts",
          hint: object.location == previous ? "is the same file given twice?" : nil, identifier: .repeatedObject)
      }
    } catch {
      refuse(object, error)
      noteRefusedPolicy(object, kind)
    }
  }

  private mutating func noteRefusedPolicy(_ object: ManifestObject, _ kind: KnownKind) {
    guard case .policy(let isNamespaced) = kind, object.kind != "CiliumCIDRGroup", let error = diagnostics.last else {
      return
    }
    let namespace = object.namespace.isEmpty && isNamespaced ? "default" : object.namespace
    refusedPolicies.append(
      Inventory.RefusedPolicy(
        kind: object.kind, namespace: namespace, name: object.name, location: object.location, error: error))
  }

  /// Checks the metadata that every kind has, and gives a namespaced object its namespace.
  private func readHead(_ object: inout ManifestObject, _ root: Field, _ kind: KnownKind) throws(WrongShape) {
    let metadata = try root("metadata")
    guard let name = try metadata("name").string(), !name.isEmpty else {
      throw WrongShape(
        position: metadata.value?.position ?? object.location.position, message: "metadata.name is missing",
        hint: try metadata("generateName").isPresent ? "generateName is for the API server to complete" : nil)
    }
    let namespace = try metadata("namespace").string() ?? ""
    object.name = name
    object.namespace = !kind.isNamespaced ? "" : namespace.isEmpty ? "default" : namespace
  }

  /// Returns where an object of the same name was read before.
  private mutating func read(
    _ object: ManifestObject, _ root: Field, _ kind: KnownKind
  ) throws(WrongShape) -> Location? {
    switch kind {
    case .pod: return pods.put(try Pod(object, root), for: object)
    case .namespace:
      let labels = try root("metadata")("labels").stringMap()
      return namespaces.put(Namespace(name: object.name, labels: labels, location: object.location), for: object)
    case .node: return nodes.put(try Node(node: object, root), for: object)
    case .ciliumNode: return ciliumNodes.put(try Node(ciliumNode: object, root), for: object)
    case .service: return services.put(try Service(object, root), for: object)
    case .endpoints: return endpoints.put(try Backends.endpoints(object, root), for: object)
    case .endpointSlice: return slices.put(try Backends.slice(object, root), for: object)
    case .ciliumEndpoint: return ciliumEndpoints.put(try CiliumEndpoint(object, root), for: object)
    case .ciliumIdentity: return ciliumIdentities.put(try CiliumIdentity(object, root), for: object)
    case .serviceAccount: return nil
    case .secret:
      guard let items = try SecretItems.read(root) else { return nil }
      return secrets.put(("\(object.namespace)/\(object.name)", items), for: object)
    case .configMap: return try readConfigMap(object, root)
    case .policy: return policies.put(object, for: object)
    }
  }

  private mutating func readConfigMap(_ object: ManifestObject, _ root: Field) throws(WrongShape) -> Location? {
    guard object.name == "cilium-config" else {
      reviewEmbedded(object)
      return nil
    }
    guard object.namespace == "kube-system" else {
      warn(
        object, "not read: Cilium's options are in the ConfigMap kube-system/cilium-config",
        identifier: .settingsElsewhere)
      return nil
    }
    var settings = Settings()
    let data = try root("data")
    guard let value = data.value else { return configMaps.put(settings, for: object) }
    guard case .map(let members) = value.content else { throw data.wrong("a map of strings") }
    for member in members { apply(member, to: &settings, of: object) }
    return configMaps.put(settings, for: object)
  }

  private mutating func apply(_ member: Value.Member, to settings: inout Settings, of object: ManifestObject) {
    let text: String
    let place = Location(file: object.location.file, position: member.value.position)
    switch member.value.content {
    case .string(let value): text = value
    case .null: text = ""
    case .boolean(let value): text = String(value)
    case .integer(let value): text = String(value)
    case .number(let value): text = String(value)
    case .list, .map:
      return warn(
        object, "\(member.key): expected a string, found \(member.value.typeNameWithArticle)", at: place,
        identifier: .settingValue)
    }
    if let hint = Field.quoting(member.value) {
      warn(
        object, "\(member.key): Kubernetes takes only strings here", at: place, hint: hint, identifier: .settingValue)
    }
    if let expected = settings.set(member.key, to: text) {
      warn(object, "\(member.key): expected \(expected), found \"\(text)\"", at: place, identifier: .settingValue)
    }
  }

  // MARK: Reports

  mutating func warn(
    _ object: ManifestObject, _ message: String, at place: Location? = nil, hint: String? = nil,
    identifier: WarningIdentifier
  ) {
    diagnostics.append(
      Diagnostic(
        .warning, at: place ?? object.location, object: object.title, message, hint: hint,
        identifier: identifier.rawValue))
  }

  private mutating func refuse(_ object: ManifestObject, _ error: WrongShape) {
    refusedObjects += 1
    // A missing field has no place of its own.
    let position = error.position == .unknown ? object.location.position : error.position
    diagnostics.append(
      Diagnostic(
        .error, at: Location(file: object.location.file, position: position), object: object.title, error.message,
        hint: error.hint))
  }

  private mutating func refuseRetired(_ object: ManifestObject) {
    objectCounts[object.kind, default: 0] += 1
    refuse(
      object,
      WrongShape(
        position: object.value["apiVersion"]?.position ?? .unknown,
        message: "Kubernetes no longer knows \(object.apiVersion)", hint: "write apiVersion: networking.k8s.io/v1"))
  }
}
