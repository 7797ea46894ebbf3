import Benchmark

/// What the benchmark library calls: every topic registers its benchmarks.
let benchmarks: @Sendable () -> Void = {
  registerManifestBenchmarks()
  registerPolicyBenchmarks()
  registerCompileBenchmarks()
  registerChangeBenchmarks()
  registerPacketBenchmarks()
  registerLookupBenchmarks()
  registerEngineBenchmarks()
  registerReplayBenchmarks()
  registerThreadBenchmarks()
  registerCaptureBenchmarks()
  registerFlowBenchmarks()
  registerHTTPBenchmarks()
  registerStreamBenchmarks()
  registerProxyBenchmarks()
}
