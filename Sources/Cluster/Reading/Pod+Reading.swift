import Addresses
import Manifest

extension Pod {
  init(_ object: ManifestObject, _ root: Field) throws(WrongShape) {
    self.init(namespace: object.namespace, name: object.name, location: object.location)
    let metadata = try root("metadata")
    labels = try metadata("labels").stringMap()
    annotations = try metadata("annotations").stringMap()
    workload = try Self.workload(metadata, labels)
    let spec = try root("spec")
    node = try spec("nodeName").string() ?? ""
    hostNetwork = try spec("hostNetwork").boolean() ?? false
    serviceAccount = try spec("serviceAccountName").string() ?? ""
    ports = try Self.ports(spec)
    let status = try root("status")
    phase = try status("phase").string() ?? ""
    for element in try status("podIPs").elements() { try addAddress(element("ip")) }
    try addAddress(status("podIP"))
  }

  private mutating func addAddress(_ field: Field) throws(WrongShape) {
    guard let address = try field.address(), !addresses.contains(address) else { return }
    addresses.append(address)
    if try field.string() != address.description { oddlyWrittenAddresses.append(address) }
  }

  /// The named ports of the containers and of the init containers that run on beside them.
  private static func ports(_ spec: Field) throws(WrongShape) -> [NamedPort] {
    var result: [NamedPort] = []
    for container in try spec("containers").elements() { try addPorts(of: container, to: &result) }
    for container in try spec("initContainers").elements()
    where try container("restartPolicy").string() == "Always" {
      try addPorts(of: container, to: &result)
    }
    return result
  }

  private static func addPorts(of container: Field, to result: inout [NamedPort]) throws(WrongShape) {
    for port in try container("ports").elements() {
      let number = try port("containerPort").port()
      let protocolNumber = try port("protocol").protocolNumber()
      guard let name = try port("name").string(), !name.isEmpty else { continue }
      guard let number else { throw port.wrong("a containerPort") }
      result.append(NamedPort(name: name, port: number, protocolNumber: protocolNumber))
    }
  }

  /// The controller behind a pod with a generated name, guessed by name where a controller has one of its own: the
  /// Deployment of a ReplicaSet that ends in the pod's template hash, the DeploymentConfig that a label names, the
  /// CronJob of a Job that ends in a time.
  ///
  /// As Hubble guesses (`pkg/k8s/utils/workload.go`), so that flows name the same workloads.
  private static func workload(_ metadata: Field, _ labels: [String: String]) throws(WrongShape) -> Workload? {
    guard let generateName = try metadata("generateName").string(), !generateName.isEmpty else { return nil }
    for owner in try metadata("ownerReferences").elements() where try owner("controller").boolean() == true {
      let kind = try owner("kind").string() ?? ""
      let name = try owner("name").string() ?? ""
      switch kind {
      case "ReplicaSet":
        guard let hash = labels["pod-template-hash"], !hash.isEmpty, name.hasSuffix(hash) else { break }
        let deployment = name.hasSuffix("-" + hash) ? String(name.dropLast(hash.utf8.count + 1)) : name
        return Workload(kind: "Deployment", name: deployment)
      case "ReplicationController":
        guard let config = labels["deploymentconfig"], !config.isEmpty else { break }
        return Workload(kind: "DeploymentConfig", name: config)
      case "Job":
        guard let cronJob = cronJob(ofJob: name) else { break }
        return Workload(kind: "CronJob", name: cronJob)
      default: break
      }
      return Workload(kind: kind, name: name)
    }
    return nil
  }

  /// A CronJob names its jobs after itself and the minute: a dash and eight to ten digits.
  private static func cronJob(ofJob name: String) -> String? {
    guard let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")), dash > name.startIndex else { return nil }
    let digits = name.utf8[dash...].dropFirst()
    guard (8...10).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return String(name[..<dash])
  }
}
