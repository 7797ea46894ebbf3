/// A label of an identity: where it comes from, its key and its value. Printed `source:key=value`, or `source:key` when
/// the value is empty.
public struct Label: Hashable, Sendable {
  public var source: String
  public var key: String
  public var value: String

  public init(source: String, key: String, value: String = "") {
    self.source = source
    self.key = key
    self.value = value
  }

  public static func k8s(_ key: String, _ value: String) -> Label { Label(source: "k8s", key: key, value: value) }
  public static func reserved(_ key: String) -> Label { Label(source: "reserved", key: key) }

  /// Reads the printed form, as CiliumEndpoint and CiliumIdentity objects hold it. Text without a source gets `unspec`.
  public init(parsing text: String) {
    let equals = text.firstIndex(of: "=")
    let head = text[..<(equals ?? text.endIndex)]
    let value = equals.map { String(text[text.index(after: $0)...]) } ?? ""
    if let colon = head.firstIndex(of: ":") {
      self.init(source: String(head[..<colon]), key: String(head[head.index(after: colon)...]), value: value)
    } else {
      self.init(source: "unspec", key: String(head), value: value)
    }
  }
}

extension Label: Comparable {
  public static func < (a: Label, b: Label) -> Bool {
    if a.source != b.source { return a.source < b.source }
    return a.key != b.key ? a.key < b.key : a.value < b.value
  }
}

extension Label: CustomStringConvertible {
  public var description: String {
    var text = ""
    text.reserveCapacity(source.utf8.count + key.utf8.count + value.utf8.count + 2)
    text += source
    text += ":"
    text += key
    guard !value.isEmpty else { return text }
    text += "="
    return text + value
  }
}

/// Label keys that Cilium itself gives to pods (`cilium-policy.md` §2.4).
public enum LabelKey {
  public static let namespace = "io.kubernetes.pod.namespace"
  public static let namespaceLabelsPrefix = "io.cilium.k8s.namespace.labels."
  public static let cluster = "io.cilium.k8s.policy.cluster"
  public static let serviceAccount = "io.cilium.k8s.policy.serviceaccount"
  public static let cidrGroupName = "io.cilium.policy.cidrgroupname/"
}
