import Latency
import Testing

@Suite struct CycleCounterTests {
  @Test("readings never go back, and cost something")
  func readings() {
    var last = CycleCounter.ticks()
    for _ in 0..<10_000 {
      let next = CycleCounter.ticks()
      #expect(next >= last)
      last = next
    }
    let counter = CycleCounter(calibratingFor: 5)
    #expect(counter.leastCost <= counter.medianCost)
    #expect(counter.nanoseconds(counter.cost) < 10_000)
    #expect(counter.nanoseconds(counter.medianCost) < 10_000)
  }

  @Test("two calibrations agree, and so does the counter with the clock afterwards")
  func calibration() {
    // Once more where something else kept the processor from us.
    let isSane = (0..<2).contains { _ in
      let (first, second) = (CycleCounter(), CycleCounter())
      let ratio = first.ticksPerNanosecond / second.ticksPerNanosecond
      let (ticks, nanoseconds) = (CycleCounter.ticks(), CycleCounter.nanoseconds())
      while CycleCounter.nanoseconds() - nanoseconds < 10_000_000 {}
      let elapsed = Double(CycleCounter.nanoseconds() - nanoseconds)
      let counted = first.nanoseconds(CycleCounter.ticks() - ticks)
      return abs(ratio - 1) < 0.01 && abs(counted / elapsed - 1) < 0.02
    }
    #expect(isSane)
  }
}
