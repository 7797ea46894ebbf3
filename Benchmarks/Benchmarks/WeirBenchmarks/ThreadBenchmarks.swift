import Benchmark
import Rows

/// `weir replay` as a whole program, on the floor's capture: by several threads, what it says that the packets took; and
/// printing events, from its start to its end.
func registerThreadBenchmarks() {
  guard WeirProgram.exists else { return }
  let packets = 1 << 19
  for (threads, row) in Row.replayThreads {
    measure(row, seconds: 2) {
      try WeirProgram(capture: CaptureFile.pcap(packets: packets))
    } run: { _, program in
      let run = try program.replay(threads: threads)
      guard run.packets == packets else { throw InputError("\(run.packets) packets") }
      return Amount(items: packets, time: run.time)
    }
  }
  for (format, row) in Row.replayEvents {
    measure(row, seconds: 2) {
      try EventRun(format)
    } run: { _, run in
      try run.program.printEvents(format)
      return Amount(items: run.events)
    }
  }
}

/// A replay that prints events: of the whole program, from its start to its end.
private struct EventRun {
  let program: WeirProgram
  let events: Int

  init(_ format: String) throws {
    program = try WeirProgram(capture: CaptureFile.pcap(packets: 1 << 19))
    events = try program.countEvents()
  }
}
