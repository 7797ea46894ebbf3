import Manifest

/// Which fields of the kinds below the readers look at. In a dump of ten thousand pods that is a tenth of the text.
enum ObjectMasks {
  static let all = KindMasks(
    kinds: [
      "Namespace": object([:]),
      "Pod": pod,
      "Node": object([
        "spec": .fields("podCIDR", "podCIDRs"),
        "status": .fields(["addresses": .fields("type", "address")]),
      ]),
      "Service": service,
      "Endpoints": object([
        "subsets": .fields(["addresses": .fields("ip"), "ports": ports])
      ]),
      "EndpointSlice": object([
        "addressType": .everything,
        "endpoints": .fields("addresses", "conditions"),
        "ports": ports,
      ]),
      "Secret": object(["type": .everything, "data": .everything, "stringData": .everything]),
      "ConfigMap": object(["data": .everything]),
      "CiliumNode": object([
        "spec": .fields([
          "addresses": .fields("type", "ip"), "health": .everything, "ingress": .everything,
          "ipam": .fields("podCIDRs"),
        ])
      ]),
      "CiliumEndpoint": ciliumEndpoint,
      "CiliumIdentity": object(["security-labels": .everything]),
      "CiliumNetworkPolicy": .everything,
      "CiliumClusterwideNetworkPolicy": .everything,
      "CiliumCIDRGroup": .everything,
      "NetworkPolicy": .everything,
    ],
    otherKinds: KindMasks.head)

  private static let pod = object([
    "spec": .fields([
      "nodeName": .everything, "hostNetwork": .everything, "serviceAccountName": .everything,
      "containers": .fields(["ports": ports]),
      "initContainers": .fields(["ports": ports, "restartPolicy": .everything]),
    ]),
    "status": .fields(["phase": .everything, "podIP": .everything, "podIPs": .fields("ip")]),
  ])

  private static let service = object([
    "spec": .fields([
      "selector": .everything, "type": .everything, "clusterIP": .everything, "clusterIPs": .everything,
      "externalIPs": .everything, "ports": .fields("name", "port", "protocol", "targetPort", "nodePort"),
    ]),
    "status": .fields(["loadBalancer": .fields(["ingress": .fields("ip")])]),
  ])

  private static let ciliumEndpoint = object([
    "status": .fields([
      "id": .everything, "identity": .fields("id", "labels"), "named-ports": .fields("name", "port", "protocol"),
      "networking": .fields(["addressing": .fields("ipv4", "ipv6"), "node": .everything]),
    ])
  ])

  private static let ports = FieldMask.fields("name", "containerPort", "port", "protocol")

  private static let metadata: FieldMask = .fields([
    "name": .everything, "namespace": .everything, "generateName": .everything, "labels": .everything,
    "annotations": .everything, "ownerReferences": .fields("kind", "name", "controller"),
  ])

  private static func object(_ fields: KeyValuePairs<String, FieldMask>) -> FieldMask {
    FieldMask.fields([
      "apiVersion": .everything, "kind": .everything, "metadata": metadata,
    ]).adding(fields)
  }
}
