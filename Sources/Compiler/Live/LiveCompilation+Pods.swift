import Addresses
import Cluster
import Policy
import Rules
import Tables

extension LiveCompilation {
  mutating func setPod(_ pod: Pod?, named key: String) {
    let old = inputIndex.pods[key].map { input.cluster.pods[$0] }
    guard old != pod else { return }
    inputIndex.set(pod, named: key, in: &input)
    var released: [Int] = []
    replaceEndpoint(of: pod, named: key, &released)
    if ports.replace(old?.declaredPorts ?? [], by: pod?.declaredPorts ?? []) { followPorts() }
    for slot in released { release(slot) }
    if feedsServices(old) || feedsServices(pod) { delta.changesServices = true }
  }

  mutating func setNamespace(_ namespace: Namespace?, named name: String) {
    input.set(namespace, named: name)
    labelReader.set(namespace, named: name)
    var released: [Int] = []
    let pods = input.cluster.pods.filter { $0.namespace == name }.sorted { $0.name < $1.name }
    for pod in pods { replaceEndpoint(of: pod, named: InputIndex.key(pod), &released) }
    for slot in released { release(slot) }
  }

  // MARK: Endpoints

  /// The pod's endpoint becomes what it is to be now; nil: it goes.
  private mutating func replaceEndpoint(of pod: Pod?, named key: String, _ released: inout [Int]) {
    let index = endpointOfPod[key]
    let old = index.flatMap { endpoints[$0] }
    guard let pod, pod.isPeer else {
      if let index, let old { remove(index, old, named: key, &released) }
      return
    }
    let slot = acquire(labelReader.labels(of: pod), isOutside: false)
    var row = Endpoint(
      name: key, identity: identities.slots[slot].id,
      isLocal: input.localNode == nil || input.localNode == pod.node)
    row.fill(from: pod)
    let node = nodes.indices[pod.node]
    if let node {
      row.node = nodes.names[node]
      row.nodeIndex = Int32(node)
    }
    row.policy = old?.row.policy
    let endpoint = LiveEndpoint(row: row, isHost: false, node: node, identity: slot)
    if let old { released.append(old.identity) }
    let place: Int
    if let index {
      place = index
      if let old { leave(old, index) }
      endpoints[place] = endpoint
    } else if let free = freeEndpoints.popLast() {
      place = free
      endpoints[place] = endpoint
    } else {
      place = endpoints.count
      endpoints.append(endpoint)
    }
    endpointOfPod[key] = place
    enter(endpoint, place)
    move(key, from: old?.row.addresses ?? [], to: row.addresses, identityChanged: old?.identity != slot, &released)
    tell(old, place)
  }

  /// Judges the endpoint at a place, where it is local, and tells how it differs from the old one.
  private mutating func tell(_ old: LiveEndpoint?, _ place: Int) {
    if let row = endpoints[place]?.row, !row.isLocal, let policy = row.policy {
      policies.release(policy)
      endpoints[place]?.row.policy = nil
    }
    let told = delta.endpoints.count
    if endpoints[place]?.row.isLocal ?? false { judge([place]) }
    guard let row = endpoints[place]?.row else { return }
    if let old, old.row.name != row.name || old.row.node != row.node {
      delta.endpointsRemoved.append((old.row.name, old.row.node))
    }
    if delta.endpoints.count == told, old?.row != row { delta.endpoints.append(row) }
  }

  private mutating func remove(_ index: Int, _ old: LiveEndpoint, named key: String, _ released: inout [Int]) {
    leave(old, index)
    endpoints[index] = nil
    endpointOfPod[key] = nil
    freeEndpoints.append(index)
    move(key, from: old.row.addresses, to: [], identityChanged: true, &released)
    if let policy = old.row.policy { policies.release(policy) }
    released.append(old.identity)
    delta.endpointsRemoved.append((old.row.name, old.row.node))
  }

  mutating func enter(_ endpoint: LiveEndpoint, _ index: Int) {
    guard endpoint.row.isLocal, !endpoint.isHost else { return }
    if locals[endpoint.identity] == nil {
      locals[endpoint.identity] = LocalIdentity(
        rules: rules.rules(selecting: identities.slots[endpoint.identity].labels))
    }
    locals[endpoint.identity]?.endpoints.append(index)
  }

  private mutating func leave(_ endpoint: LiveEndpoint, _ index: Int) {
    guard endpoint.row.isLocal else { return }
    locals[endpoint.identity]?.endpoints.removeAll { $0 == index }
    if locals[endpoint.identity]?.endpoints.isEmpty ?? false { locals[endpoint.identity] = nil }
  }

  // MARK: Addresses

  private mutating func move(
    _ key: String, from old: [IPAddress], to new: [IPAddress], identityChanged: Bool, _ released: inout [Int]
  ) {
    guard identityChanged || old != new else { return }
    for address in old where !new.contains(address) {
      podsOfAddress[IPPrefix(host: address)]?.removeSorted(key)
      if podsOfAddress[IPPrefix(host: address)]?.isEmpty ?? false { podsOfAddress[IPPrefix(host: address)] = nil }
    }
    for address in new where !old.contains(address) {
      podsOfAddress[IPPrefix(host: address), default: []].insertSorted(key)
    }
    for address in old where !new.contains(address) { followInside(IPPrefix(host: address), &released) }
    for address in new { followInside(IPPrefix(host: address), &released) }
  }

  // MARK: Services

  /// Whether the pod may be a backend of a service that nobody else keeps backends for.
  private func feedsServices(_ pod: Pod?) -> Bool {
    guard let pod, !pod.isFinished else { return false }
    return input.cluster.services.contains { service in
      service.namespace == pod.namespace && !service.selector.isEmpty
        && service.selector.allSatisfy { pod.labels[$0.key] == $0.value }
    }
  }
}

extension Pod {
  /// Those that port names on egress may mean.
  fileprivate var declaredPorts: [NamedPort] { isPeer ? ports : [] }
}
