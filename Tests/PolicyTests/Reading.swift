import Cluster
import Manifest
import Policy
import Testing

/// Reads the objects of a YAML text.
func objects(_ yaml: String, file: String = "policy.yaml") -> [ManifestObject] {
  var objects: [ManifestObject] = []
  var reader = ManifestReader()
  reader.read(text: yaml, file: file) { objects.append($0) }
  return objects
}

/// Reads one policy as the agent of the snapshot does, unless told otherwise.
func readPolicy(
  _ yaml: String, settings: Settings = Settings(), validation: Validation = .agent,
  compatibility: Compatibility = .snapshot, sourceLocation: SourceLocation = #_sourceLocation
) throws -> PolicyObject {
  let object = try #require(objects(yaml).first, sourceLocation: sourceLocation)
  return PolicyReader(settings: settings, validation: validation, compatibility: compatibility).read(object)
}

/// A CiliumNetworkPolicy `shop/p` around the lines of a rule.
func cnp(_ rule: String) -> String {
  """
  apiVersion: cilium.io/v2
  kind: CiliumNetworkPolicy
  metadata: {name: p, namespace: shop}
  spec:
  \(rule.indented(by: 2))
  """
}

/// A CiliumClusterwideNetworkPolicy `p` around the lines of a rule.
func ccnp(_ rule: String) -> String {
  """
  apiVersion: cilium.io/v2
  kind: CiliumClusterwideNetworkPolicy
  metadata: {name: p}
  spec:
  \(rule.indented(by: 2))
  """
}

/// A NetworkPolicy `shop/p` around the lines of its spec.
func knp(_ spec: String) -> String {
  """
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: p, namespace: shop}
  spec:
  \(spec.indented(by: 2))
  """
}

/// A CNP whose only rule is `ingress: [element]`, in YAML's flow style.
func ingress(_ element: String) -> String { cnp("endpointSelector: {}\ningress: [\(element.onOneLine)]") }

func egress(_ element: String) -> String { cnp("endpointSelector: {}\negress: [\(element.onOneLine)]") }

extension String {
  var onOneLine: String { split(separator: "\n").joined(separator: " ") }

  func indented(by count: Int) -> String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
  }
}
