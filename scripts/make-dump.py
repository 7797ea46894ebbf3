#!/usr/bin/env python3
"""Write a cluster dump as `kubectl get nodes,namespaces,pods -A -o yaml` (or json) prints it, for measuring.

usage: make-dump.py [--pods N] [--seed N] [-o yaml|json] > FILE

The same arguments give the same bytes. A pod is about 5.5 KB of YAML, as pods of real clusters are: managed fields,
tolerations, projected volumes, probes, environment, conditions and container statuses included.
"""
import argparse, hashlib, json, random, re, sys

WORD = "api web cart auth search mail jobs ledger stock media edge quota audit rates batch index".split()
ZONE = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def hexadecimal(*key, length=10):
    return hashlib.sha256(repr(key).encode()).hexdigest()[:length]


def uid(*key):
    h = hexadecimal(*key, length=32)
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def names(keys):
    return {"f:" + k: {} for k in keys}


def managed_fields(pod_ip):
    container = {".": {}, **names(["image", "name"]),
                 "f:env": {".": {}, 'k:{"name":"POD_NAME"}': {}},
                 "f:ports": {".": {}, 'k:{"containerPort":8080,"protocol":"TCP"}': {".": {}, **names(["containerPort"])}}}
    condition = {".": {}, **names(["status", "type"])}
    return [
        {"apiVersion": "v1", "fieldsType": "FieldsV1", "manager": "kube-controller-manager", "operation": "Update",
         "time": "2025-11-03T08:15:27Z",
         "fieldsV1": {"f:metadata": {"f:generateName": {}, "f:labels": {".": {}, **names(["app", "pod-template-hash"])},
                                     "f:ownerReferences": {".": {}, 'k:{"uid":"%s"}' % uid(pod_ip): {}}},
                      "f:spec": {"f:containers": {'k:{"name":"main"}': container},
                                 **names(["dnsPolicy"])}}},
        {"apiVersion": "v1", "fieldsType": "FieldsV1", "manager": "kubelet", "operation": "Update", "subresource": "status",
         "time": "2025-11-03T08:15:40Z",
         "fieldsV1": {"f:status": {"f:conditions": {'k:{"type":"%s"}' % t: condition for t in ("Ready",)},
                                   **names(["phase", "podIP"]),
                                   "f:podIPs": {".": {}, 'k:{"ip":"%s"}' % pod_ip: {".": {}, "f:ip": {}}}}}},
    ]


def pod(i, rng, node_count):
    app, n = rng.choice(WORD), rng.randrange(40)
    namespace = "team-%02d" % rng.randrange(50)
    template = hexadecimal(app, n)
    suffix = hexadecimal("pod", i, length=5)
    replica_set = "%s-%d-%s" % (app, n, template)
    ip = "10.%d.%d.%d" % (i >> 16 & 63, i >> 8 & 255, i & 255)
    node = rng.randrange(node_count)
    image = "registry.example.org/%s/%s:v1.%d.%d" % (namespace, app, rng.randrange(30), rng.randrange(9))
    token = "kube-api-access-" + suffix
    probe = {"failureThreshold": 3, "httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10,
             "successThreshold": 1, "timeoutSeconds": 1}
    container = {
        "args": ["--listen=:8080", "--log-format=json", "--note=a \"quoted\" word: and a colon"],
        "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
                {"name": "LIMIT", "value": str(rng.randrange(1000))}, {"name": "DEBUG", "value": "no"}],
        "image": image, "imagePullPolicy": "IfNotPresent", "livenessProbe": probe, "name": "main",
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}, {"containerPort": 9090, "name": "metrics", "protocol": "TCP"}],
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "volumeMounts": [{"mountPath": "/etc/app", "name": "config"},
                         {"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": token, "readOnly": True}]}
    tolerations = [{"effect": "NoExecute", "key": "node.kubernetes.io/" + k, "operator": "Exists", "tolerationSeconds": 300}
                   for k in ("not-ready", "unreachable")]
    volumes = [{"configMap": {"defaultMode": 420, "name": app + "-config"}, "name": "config"},
               {"name": token, "projected": {"defaultMode": 420, "sources": [
                   {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                   {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
                   {"downwardAPI": {"items": [{"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}]}}]}}]
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "9090", "example.org/checksum": hexadecimal(app, length=64)}
    if i % 10 == 0:
        annotations["example.org/notes"] = "first line\nsecond: line\n\n  indented \"line\"\n"
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"annotations": annotations, "creationTimestamp": "2025-11-03T08:15:27Z", "generateName": replica_set + "-",
                     "labels": {"app": app, "app.kubernetes.io/name": app, "app.kubernetes.io/instance": "%s-%d" % (app, n),
                                "pod-template-hash": template, "tier": rng.choice(["frontend", "backend"])},
                     "managedFields": managed_fields(ip), "name": "%s-%s" % (replica_set, suffix), "namespace": namespace,
                     "ownerReferences": [{"apiVersion": "apps/v1", "blockOwnerDeletion": True, "controller": True, "kind": "ReplicaSet",
                                          "name": replica_set, "uid": uid(replica_set)}],
                     "resourceVersion": str(10000000 + i), "uid": uid("pod", i)},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "enableServiceLinks": True, "nodeName": "node-%03d" % node,
                 "preemptionPolicy": "PreemptLowerPriority", "priority": 0, "restartPolicy": "Always",
                 "schedulerName": "default-scheduler", "securityContext": {}, "serviceAccount": app, "serviceAccountName": app,
                 "terminationGracePeriodSeconds": 30, "tolerations": tolerations, "volumes": volumes},
        "status": {"conditions": [{"lastTransitionTime": "2025-11-03T08:15:%02dZ" % (27 + k), "status": "True", "type": t}
                                  for k, t in enumerate(("Initialized", "Ready", "ContainersReady", "PodScheduled"))],
                   "containerStatuses": [{"containerID": "containerd://" + hexadecimal("c", i, length=64), "image": image,
                                          "imageID": "registry.example.org/%s@sha256:%s" % (app, hexadecimal(app, length=64)), "lastState": {},
                                          "name": "main", "ready": True, "restartCount": 0, "started": True,
                                          "state": {"running": {"startedAt": "2025-11-03T08:15:39Z"}}}],
                   "hostIP": "192.168.%d.%d" % (node >> 8, node & 255), "hostIPs": [{"ip": "192.168.%d.%d" % (node >> 8, node & 255)}],
                   "phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "qosClass": "Burstable", "startTime": "2025-11-03T08:15:27Z"},
    }


def node(i):
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"creationTimestamp": "2025-10-01T00:00:00Z", "name": "node-%03d" % i, "uid": uid("node", i),
                         "labels": {"kubernetes.io/hostname": "node-%03d" % i, "topology.kubernetes.io/zone": ZONE[i % 3]}},
            "spec": {"podCIDR": "10.64.%d.0/24" % (i % 256), "podCIDRs": ["10.64.%d.0/24" % (i % 256)]},
            "status": {"addresses": [{"address": "192.168.%d.%d" % (i >> 8, i & 255), "type": "InternalIP"},
                                     {"address": "node-%03d" % i, "type": "Hostname"}]}}


def namespace(i):
    name = "team-%02d" % i
    return {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"labels": {"kubernetes.io/metadata.name": name, "team": name}, "name": name, "uid": uid(name)},
            "status": {"phase": "Active"}}


# ---------- YAML as kubectl writes it: block style, keys sorted, lists not indented

PLAIN_START = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/.")
NUMBERLIKE = re.compile(r"[0-9]+(\.[0-9]+){2,}|[0-9]+(Mi|m)|--[^:#]*|--[^ ]*|\.")  # what looks like a number or list, and is plain text
WORDS = set("y n yes no on off true false null".split())


def scalar(value):
    if value is None: return "null"
    if value is True: return "true"
    if value is False: return "false"
    if isinstance(value, int): return str(value)
    if NUMBERLIKE.fullmatch(value): return value
    plain = (value and value[0] in PLAIN_START and ": " not in value and " #" not in value and not value.endswith((":", " "))
             and value.lower() not in WORDS and value != "." and not value[0] == ".")
    return value if plain else "'%s'" % value if '"' in value and "'" not in value else json.dumps(value)


def emit(value, indent, out):
    pad = "  " * indent
    for key, item in sorted(value.items()):
        key = scalar(key)
        if isinstance(item, dict) and item:
            out.append("%s%s:" % (pad, key)); emit(item, indent + 1, out)
        elif isinstance(item, list) and item:
            out.append("%s%s:" % (pad, key)); emit_list(item, indent, out)
        elif isinstance(item, str) and "\n" in item:
            out.append("%s%s: |" % (pad, key)); out += [(pad + "  " + l) if l else "" for l in item.rstrip("\n").split("\n")]
        else:
            out.append("%s%s: %s" % (pad, key, "{}" if item == {} else "[]" if item == [] else scalar(item)))


def emit_list(items, indent, out):
    pad = "  " * indent
    for item in items:
        if isinstance(item, dict) and item:
            start = len(out); emit(item, indent + 1, out); out[start] = pad + "- " + out[start][len(pad) + 2:]
        else:
            out.append(pad + "- " + ("{}" if item == {} else scalar(item)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pods", type=int, default=10000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("-o", "--output", choices=["yaml", "json"], default="yaml")
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    node_count = max(1, options.pods // 50)
    items = [namespace(i) for i in range(50)] + [node(i) for i in range(node_count)]
    items += [pod(i, rng, node_count) for i in range(options.pods)]
    document = {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}
    if options.output == "json":
        json.dump(document, sys.stdout, indent=4, sort_keys=True); print()
    else:
        out = []
        emit(document, 0, out)
        sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
