import Cluster

extension Cluster {
  /// Brings the objects into the order of their names, so that no number in the tables depends on the order of files.
  mutating func sortObjects() {
    namespaces.sortUnlessSorted { $0.name < $1.name }
    nodes.sortUnlessSorted { $0.name < $1.name }
    pods.sortUnlessSorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    services.sortUnlessSorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    ciliumEndpoints.sortUnlessSorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    ciliumIdentities.sortUnlessSorted { $0.id < $1.id }
  }
}

extension Array {
  /// Dumps mostly are in order already, and moving many large values is worth avoiding.
  fileprivate mutating func sortUnlessSorted(by isBefore: (Element, Element) -> Bool) {
    guard !zip(dropFirst(), self).allSatisfy({ !isBefore($0, $1) }) else { return }
    sort(by: isBefore)
  }
}
