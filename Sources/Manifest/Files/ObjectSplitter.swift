/// Takes the head out of a document, and lists apart.
struct ObjectSplitter {
  let file: String
  private(set) var diagnostics: [Diagnostic] = []

  init(file: String) {
    self.file = file
  }

  mutating func split(_ value: Value, _ each: (ManifestObject) -> Void) {
    // An empty document, as a `---` at the end of a file leaves.
    if value.isNull { return }
    split(value, Head(), depth: 0, each)
  }

  private struct Head {
    var apiVersion = ""
    var kind = ""
  }

  /// `inherited` is what an element of a list that does not say what it is must be.
  private mutating func split(_ value: Value, _ inherited: Head, depth: Int, _ each: (ManifestObject) -> Void) {
    guard case .map = value.content else {
      // A text that is no object is perhaps no manifest at all.
      return report(
        value, "expected an object with apiVersion and kind, found \(value.typeNameWithArticle)",
        category: depth > 0 ? .object : .data)
    }
    guard let head = head(of: value, inherited) else {
      // No object, but its readers may have something to say about it.
      if value["policyEnforcementMode"] != nil || value["kubeProxyReplacement"] != nil {
        each(
          ManifestObject(
            apiVersion: "", kind: "", namespace: "", name: "values", value: value,
            location: Location(file: file, position: value.position)))
      }
      return
    }
    if head.kind.hasSuffix("List"), let items = value.member("items")?.value {
      guard depth < 2 else { return report(value, "lists inside lists inside lists") }
      return splitList(items, head, depth, each)
    }
    let metadata = value["metadata"]
    each(
      ManifestObject(
        apiVersion: head.apiVersion, kind: head.kind, namespace: metadata?["namespace"]?.string ?? "",
        name: metadata?["name"]?.string ?? "", value: value, location: Location(file: file, position: value.position)))
  }

  private mutating func splitList(_ items: Value, _ head: Head, _ depth: Int, _ each: (ManifestObject) -> Void) {
    if items.isNull { return }
    guard let list = items.list else {
      return report(items, "expected the items of a \(head.kind), found \(items.typeNameWithArticle)")
    }
    var element = Head(apiVersion: head.apiVersion, kind: String(head.kind.dropLast(4)))
    // A `List` holds anything; only a `PodList` says what.
    if element.kind.isEmpty { element = Head() }
    for item in list { split(item, element, depth: depth + 1, each) }
  }

  private mutating func head(of value: Value, _ inherited: Head) -> Head? {
    var head = inherited
    // What may be a list holds who knows what.
    let category: Diagnostic.Category = value["items"] == nil ? .object : .data
    for (key, path) in [("apiVersion", \Head.apiVersion), ("kind", \Head.kind)] {
      guard let field = value[key] else { continue }
      guard let text = field.string, !text.isEmpty else {
        report(field, "\(key): expected a string, found \(field.typeNameWithArticle)", category: category)
        return nil
      }
      head[keyPath: path] = text
    }
    if head.apiVersion.isEmpty && head.kind.isEmpty {
      report(value, severity: .warning, "neither apiVersion nor kind: not a Kubernetes object, skipped")
      return nil
    }
    guard !head.kind.isEmpty else {
      // kubectl prints the kind of a list last.
      report(
        value, "kind is missing", hint: value["items"]?.list.map { _ in "has the text of a List been cut off?" },
        category: category)
      return nil
    }
    guard !head.apiVersion.isEmpty else {
      report(value, "\(head.kind): apiVersion is missing", category: category)
      return nil
    }
    return head
  }

  private mutating func report(
    _ value: Value, severity: Diagnostic.Severity = .error, _ message: String, hint: String? = nil,
    category: Diagnostic.Category = .data
  ) {
    diagnostics.append(
      Diagnostic(
        severity, at: Location(file: file, position: value.position), message, hint: hint, category: category))
  }
}
