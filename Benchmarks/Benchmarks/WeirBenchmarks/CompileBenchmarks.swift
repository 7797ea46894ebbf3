import Benchmark
import Cluster
import Compiler
import Policy
import Rows
import Tables

/// Compilation: loaded objects to finished tables, pods' identities and addresses included.
func registerCompileBenchmarks() {
  for compilation in Row.compilations {
    measure(compilation.row) {
      let synthetic = SyntheticCluster(pods: compilation.pods, locals: compilation.locals)
      let cluster = try ScratchFile("cluster.json", synthetic.objects().json())
      let policies = try ScratchFile("policies.json", synthetic.policies(1000).json())
      return try input([cluster.path, policies.path], locals: compilation.locals, .release)
    } run: { _, input in
      compile(input)
    }
  }
  for scale in Row.scaleCompilations where ScaleInput(folder: scale.folder).exists {
    measure(scale.row, seconds: 2) {
      let files = ScaleInput(folder: scale.folder)
      return try input([files.cluster, files.policies], locals: nil, .snapshot)
    } run: { _, input in
      compile(input)
    }
  }
  for scale in Row.scaleResolutions where ScaleInput(folder: scale.folder).exists {
    measure(scale.row, seconds: 2) {
      let files = ScaleInput(folder: scale.folder)
      return try input([files.cluster, files.policies], locals: nil, .snapshot)
    } run: { _, input in
      let times = Compiler.compilation(of: input).times
      return Amount(time: times.rules + times.endpoints)
    }
  }
}

func input(
  _ paths: [String], locals: Int?, _ compatibility: Compatibility
) throws -> Compiler.Input {
  let read = try PolicyFiles.read(paths, validation: .agent, compatibility)
  var input = Compiler.Input(cluster: read.cluster)
  input.policies = read.policies
  input.localNode = SyntheticCluster.localNode
  input.compatibility = compatibility
  let pods = read.cluster.pods.count { $0.node == SyntheticCluster.localNode }
  guard locals == nil || pods == locals else { throw InputError("\(pods) local pods") }
  guard read.policies.allSatisfy(\.isAccepted) else { throw InputError("a policy was refused") }
  return input
}

private func compile(_ input: Compiler.Input) -> Amount {
  let tables = Compiler.compile(input)
  return Amount(items: tables.policies.reduce(0) { $0 + $1.entries.count })
}
