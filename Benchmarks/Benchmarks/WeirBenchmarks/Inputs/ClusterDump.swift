/// A cluster dump as `kubectl get nodes,namespaces,pods -A` prints it: pods of about 5 KB of YAML each, with the managed
/// fields, tolerations, volumes, probes, conditions and container statuses that pods of real clusters have.
enum ClusterDump {
  static func tree(pods: Int) -> Tree {
    var random = RandomNumbers(seed: 1)
    let nodes = max(pods / 50, 1)
    let items =
      (0..<50).map(namespace) + (0..<nodes).map(node) + (0..<pods).map { pod($0, nodes: nodes, &random) }
    return .objects(items)
  }

  private static let applications = [
    "api", "web", "cart", "auth", "search", "mail", "jobs", "ledger", "stock", "media", "edge", "quota", "audit",
    "rates", "batch", "index",
  ]

  private static func namespace(_ number: Int) -> Tree {
    let name = "team-\(number)"
    return [
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["labels": .labels(["kubernetes.io/metadata.name": name, "team": name]), "name": .text(name)],
      "status": ["phase": "Active"],
    ]
  }

  private static func node(_ number: Int) -> Tree {
    [
      "apiVersion": "v1", "kind": "Node",
      "metadata": [
        "creationTimestamp": "2025-10-01T00:00:00Z",
        "labels": .labels([
          "kubernetes.io/hostname": "node-\(number)", "topology.kubernetes.io/zone": "eu-west-1\(number % 3)",
        ]),
        "name": "node-\(number)",
      ],
      "spec": ["podCIDR": "10.64.\(number % 256).0/24", "podCIDRs": ["10.64.\(number % 256).0/24"]],
      "status": [
        "addresses": [
          ["address": "192.168.\(number >> 8).\(number & 255)", "type": "InternalIP"],
          ["address": "node-\(number)", "type": "Hostname"],
        ]
      ],
    ]
  }

  private static func pod(_ number: Int, nodes: Int, _ random: inout RandomNumbers) -> Tree {
    let application = random.pick(applications)
    let replicaSet = "\(application)-\(random.below(40))-\(random.hexadecimal(10))"
    let address = "10.\(number >> 16 & 63).\(number >> 8 & 255).\(number & 255)"
    let namespace = "team-\(random.below(50))"
    let node = random.below(nodes)
    let image = "registry.example.org/\(namespace)/\(application):v1.\(random.below(30))"
    let token = "kube-api-access-\(random.hexadecimal(5))"
    return [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": metadata(application, replicaSet: replicaSet, namespace, address, &random),
      "spec": [
        "containers": [container(image: image, token: token, &random)],
        "dnsPolicy": "ClusterFirst", "enableServiceLinks": true, "nodeName": "node-\(node)",
        "preemptionPolicy": "PreemptLowerPriority", "priority": 0, "restartPolicy": "Always",
        "schedulerName": "default-scheduler", "securityContext": [:], "serviceAccount": .text(application),
        "serviceAccountName": .text(application), "terminationGracePeriodSeconds": 30,
        "tolerations": [toleration("not-ready"), toleration("unreachable")],
        "volumes": volumes(application, token: token),
      ],
      "status": status(address, node: node, image: image, &random),
    ]
  }

  private static func metadata(
    _ application: String, replicaSet: String, _ namespace: String, _ address: String, _ random: inout RandomNumbers
  ) -> Tree {
    [
      "annotations": .labels([
        "prometheus.io/scrape": "true", "prometheus.io/port": "9090",
        "example.org/checksum": random.hexadecimal(64),
        "example.org/notes": "first line\nsecond: line\n  indented line\n",
      ]),
      "creationTimestamp": "2025-11-03T08:15:27Z", "generateName": "\(replicaSet)-",
      "labels": .labels([
        "app": application, "app.kubernetes.io/name": application, "app.kubernetes.io/instance": replicaSet,
        "pod-template-hash": String(replicaSet.suffix(10)), "tier": random.pick(["frontend", "backend"]),
      ]),
      "managedFields": managedFields(address), "name": "\(replicaSet)-\(random.hexadecimal(5))",
      "namespace": .text(namespace),
      "ownerReferences": [
        [
          "apiVersion": "apps/v1", "blockOwnerDeletion": true, "controller": true, "kind": "ReplicaSet",
          "name": .text(replicaSet), "uid": uid(&random),
        ]
      ],
      "resourceVersion": "\(10_000_000 + random.below(1_000_000))", "uid": uid(&random),
    ]
  }

  private static func uid(_ random: inout RandomNumbers) -> Tree {
    .text([8, 4, 4, 4, 12].map { random.hexadecimal($0) }.joined(separator: "-"))
  }

  private static func managedFields(_ address: String) -> Tree {
    func fields(_ names: String...) -> [(String, Tree)] { names.map { ("f:\($0)", [:]) } }
    let container: Tree = [
      ".": [:], "f:env": [".": [:], "k:{\"name\":\"POD_NAME\"}": [:]], "f:image": [:], "f:name": [:],
      "f:ports": [
        ".": [:], "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": [".": [:], "f:containerPort": [:]],
      ],
    ]
    return [
      [
        "apiVersion": "v1", "fieldsType": "FieldsV1",
        "fieldsV1": [
          "f:metadata": .map(fields("generateName", "labels", "ownerReferences")),
          "f:spec": ["f:containers": ["k:{\"name\":\"main\"}": container], "f:dnsPolicy": [:]],
        ],
        "manager": "kube-controller-manager", "operation": "Update", "time": "2025-11-03T08:15:27Z",
      ],
      [
        "apiVersion": "v1", "fieldsType": "FieldsV1",
        "fieldsV1": [
          "f:status": [
            "f:conditions": ["k:{\"type\":\"Ready\"}": [".": [:], "f:status": [:], "f:type": [:]]], "f:phase": [:],
            "f:podIP": [:], "f:podIPs": [".": [:], "k:{\"ip\":\"\(address)\"}": [".": [:], "f:ip": [:]]],
          ]
        ],
        "manager": "kubelet", "operation": "Update", "subresource": "status", "time": "2025-11-03T08:15:40Z",
      ],
    ]
  }

  private static func container(image: String, token: String, _ random: inout RandomNumbers) -> Tree {
    [
      "args": ["--listen=:8080", "--log-format=json", "--note=a \"quoted\" word: and a colon"],
      "env": [
        [
          "name": "POD_NAME", "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.name"]],
        ],
        ["name": "LIMIT", "value": "\(random.below(1000))"], ["name": "DEBUG", "value": "no"],
      ],
      "image": .text(image), "imagePullPolicy": "IfNotPresent",
      "livenessProbe": [
        "failureThreshold": 3, "httpGet": ["path": "/healthz", "port": "http", "scheme": "HTTP"], "periodSeconds": 10,
        "successThreshold": 1, "timeoutSeconds": 1,
      ],
      "name": "main",
      "ports": [
        ["containerPort": 8080, "name": "http", "protocol": "TCP"],
        ["containerPort": 9090, "name": "metrics", "protocol": "TCP"],
      ],
      "resources": ["limits": ["memory": "256Mi"], "requests": ["cpu": "100m", "memory": "128Mi"]],
      "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
      "volumeMounts": [
        ["mountPath": "/etc/app", "name": "config"],
        ["mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": .text(token), "readOnly": true],
      ],
    ]
  }

  private static func toleration(_ key: String) -> Tree {
    ["effect": "NoExecute", "key": "node.kubernetes.io/\(key)", "operator": "Exists", "tolerationSeconds": 300]
  }

  private static func volumes(_ application: String, token: String) -> Tree {
    [
      ["configMap": ["defaultMode": 420, "name": "\(application)-config"], "name": "config"],
      [
        "name": .text(token),
        "projected": [
          "defaultMode": 420,
          "sources": [
            ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
            ["configMap": ["items": [["key": "ca.crt", "path": "ca.crt"]], "name": "kube-root-ca.crt"]],
          ],
        ],
      ],
    ]
  }

  private static func status(
    _ address: String, node: Int, image: String, _ random: inout RandomNumbers
  ) -> Tree {
    let host = "192.168.\(node >> 8).\(node & 255)"
    return [
      "conditions": .list(
        ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map {
          ["lastTransitionTime": "2025-11-03T08:15:27Z", "status": "True", "type": .text($0)]
        }),
      "containerStatuses": [
        [
          "containerID": "containerd://\(random.hexadecimal(64))", "image": .text(image),
          "imageID": "\(image)@sha256:\(random.hexadecimal(64))", "lastState": [:], "name": "main", "ready": true,
          "restartCount": 0, "started": true, "state": ["running": ["startedAt": "2025-11-03T08:15:39Z"]],
        ]
      ],
      "hostIP": .text(host), "hostIPs": [["ip": .text(host)]], "phase": "Running", "podIP": .text(address),
      "podIPs": [["ip": .text(address)]], "qosClass": "Burstable", "startTime": "2025-11-03T08:15:27Z",
    ]
  }
}
