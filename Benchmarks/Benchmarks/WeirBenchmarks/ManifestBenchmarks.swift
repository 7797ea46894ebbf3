import Benchmark
import Cluster
import Manifest
import Rows

/// Reading a cluster dump: text to the cluster's objects.
func registerManifestBenchmarks() {
  let pods = 2000
  measure(.dumpYAML) {
    try ScratchFile("dump.yaml", ClusterDump.tree(pods: pods).yaml())
  } run: { _, file in
    try readDump(file, pods: pods)
  }
  measure(.dumpJSON) {
    try ScratchFile("dump.json", ClusterDump.tree(pods: pods).json())
  } run: { _, file in
    try readDump(file, pods: pods)
  }
}

private func readDump(_ file: ScratchFile, pods: Int) throws -> Amount {
  let inventory = Inventory.read([file.path])
  guard inventory.cluster.pods.count == pods, inventory.diagnostics.isEmpty else {
    throw InputError("\(inventory.cluster.pods.count) pods; \(inventory.diagnostics.first?.description ?? "")")
  }
  return Amount(bytes: file.byteCount)
}
