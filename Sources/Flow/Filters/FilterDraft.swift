/// A filter while its options are still being given: `left OR right`, the forms for source and destination.
struct FilterDraft {
  private var left = FlowFilterFields()
  private var right = FlowFilterFields()
  /// Namespaces are put in front of pods and services once all options are known.
  private var namespaces: [String] = []
  private var sourceNamespaces: [String] = []
  private var destinationNamespaces: [String] = []
  private var given: [FilterFlag] = []

  mutating func add(_ flag: FilterFlag, _ value: String) throws(FlowFilterError) {
    try refuseConflicts(with: flag)
    given.append(flag)
    let before = (left, right)
    if addNamespace(flag, value) || addEnd(flag, value) { return try check(since: before) }
    if let identity = try FilterValue.identity(flag, value) {
      addIdentity(flag, identity)
    } else {
      try both { fields throws(FlowFilterError) in try FilterValue.add(flag, value, to: &fields) }
    }
    try check(since: before)
  }

  private func refuseConflicts(with flag: FilterFlag) throws(FlowFilterError) {
    for group in FilterFlag.conflicts where group.contains(flag) {
      if let other = given.first(where: { $0 != flag && group.contains($0) }) {
        throw FlowFilterError("cannot be combined with --\(other.rawValue)")
      }
    }
  }

  /// Compiles what the last option added, so that an error names it.
  private func check(since before: (FlowFilterFields, FlowFilterFields)) throws(FlowFilterError) {
    if left != before.0 { _ = try Constraint.all(of: left) }
    if right != before.1 { _ = try Constraint.all(of: right) }
  }

  private mutating func both(
    _ change: (inout FlowFilterFields) throws(FlowFilterError) -> Void
  ) throws(FlowFilterError) {
    try change(&left)
    try change(&right)
  }

  private mutating func addNamespace(_ flag: FilterFlag, _ value: String) -> Bool {
    switch flag {
    case .namespace: namespaces.append(value)
    case .fromNamespace: sourceNamespaces.append(value)
    case .toNamespace: destinationNamespaces.append(value)
    case .allNamespaces: namespaces.append("")
    case .fromAllNamespaces: sourceNamespaces.append("")
    case .toAllNamespaces: destinationNamespaces.append("")
    default: return false
    }
    return true
  }

  private enum Side { case either, from, to }

  /// Options whose value goes as text to one end or to either.
  private mutating func addEnd(_ flag: FilterFlag, _ value: String) -> Bool {
    switch flag {
    case .ip: append(value, to: \.addresses, .either)
    case .fromIP: append(value, to: \.addresses, .from)
    case .toIP: append(value, to: \.addresses, .to)
    case .pod: append(value, to: \.pods, .either)
    case .fromPod: append(value, to: \.pods, .from)
    case .toPod: append(value, to: \.pods, .to)
    case .fqdn: append(value, to: \.fqdns, .either)
    case .fromFQDN: append(value, to: \.fqdns, .from)
    case .toFQDN: append(value, to: \.fqdns, .to)
    case .label: append(value, to: \.labels, .either)
    case .fromLabel: append(value, to: \.labels, .from)
    case .toLabel: append(value, to: \.labels, .to)
    case .service: append(value, to: \.services, .either)
    case .fromService: append(value, to: \.services, .from)
    case .toService: append(value, to: \.services, .to)
    case .port: append(value, to: \.ports, .either)
    case .fromPort: append(value, to: \.ports, .from)
    case .toPort: append(value, to: \.ports, .to)
    case .cluster: append(value, to: \.clusterNames, .either)
    case .fromCluster: append(value, to: \.clusterNames, .from)
    case .toCluster: append(value, to: \.clusterNames, .to)
    case .workload: append(FilterValue.workload(value), to: \.workloads, .either)
    case .fromWorkload: append(FilterValue.workload(value), to: \.workloads, .from)
    case .toWorkload: append(FilterValue.workload(value), to: \.workloads, .to)
    default: return false
    }
    return true
  }

  private mutating func addIdentity(_ flag: FilterFlag, _ identity: UInt32) {
    append(identity, to: \.identities, flag == .identity ? .either : flag == .fromIdentity ? .from : .to)
  }

  private mutating func append<Value>(
    _ value: Value, to list: WritableKeyPath<FlowFilterFields.End, [Value]>, _ side: Side
  ) {
    if side != .to { left.source[keyPath: list].append(value) }
    if side == .from { right.source[keyPath: list].append(value) }
    if side == .to { left.destination[keyPath: list].append(value) }
    if side != .from { right.destination[keyPath: list].append(value) }
  }

  // MARK: Making filters

  func makeFilters() throws(FlowFilterError) -> [FlowFilter] {
    guard !given.isEmpty else { return [] }
    var left = left
    var right = right
    try Self.put(destinationNamespaces, into: &left.destination)
    try Self.put(destinationNamespaces, into: &right.destination)
    try Self.put(sourceNamespaces, into: &left.source)
    try Self.put(sourceNamespaces, into: &right.source)
    try Self.put(namespaces, into: &left.source)
    try Self.put(namespaces, into: &right.destination)
    let first = try FlowFilter(left)
    return left == right ? [first] : [first, try FlowFilter(right)]
  }

  /// Puts the namespaces in front of the names that have none; without any name they stand for all of their pods.
  private static func put(
    _ namespaces: [String], into end: inout FlowFilterFields.End
  ) throws(FlowFilterError) {
    guard !namespaces.isEmpty else { return }
    for name in end.pods + end.services {
      guard let slash = name.firstIndex(of: "/"), slash > name.startIndex else { continue }
      guard namespaces.contains(String(name[..<slash])) else {
        throw FlowFilterError("\"\(name)\" is not in the namespace \(namespaces.joined(separator: ", "))")
      }
    }
    if end.pods.isEmpty, end.services.isEmpty { end.pods = [""] }
    end.pods = end.pods.flatMap { qualify($0, with: namespaces) }
    end.services = end.services.flatMap { qualify($0, with: namespaces) }
  }

  private static func qualify(_ name: String, with namespaces: [String]) -> [String] {
    name.contains("/") ? [name] : namespaces.map { "\($0)/\(name)" }
  }
}
