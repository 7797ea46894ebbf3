import Benchmark
import Flow
import Rows

/// Writing events: a flow to the bytes of its line, without a system call.
func registerFlowBenchmarks() {
  register(.flowCompact, .compact)
  register(.flowJSON, .jsonpb)
}

private func register(_ row: Row, _ format: FlowFormat) {
  measure(row) {
    FlowEvents.flows(4096)
  } run: { _, flows in
    var printer = FlowPrinter(FlowPrintOptions(format: format))
    var buffer = OutputBuffer(capacity: 1 << 19)
    var bytes = 0
    for flow in flows {
      printer.print(flow, to: &buffer)
      if buffer.count >= 1 << 18 {
        bytes += buffer.count
        buffer.removeAll()
      }
    }
    return Amount(items: flows.count, bytes: bytes + buffer.count)
  }
}
