import Dispatch
internal import FoundationEssentials
import Synchronization

/// Spreads independent pieces of work over the machine's cores. What comes out never depends on how many there are.
public enum Cores {
  /// How many this process may use.
  public static let count = ProcessInfo.processInfo.activeProcessorCount

  /// The results of `work` for `0..<count`, in this order, whichever core made which.
  public static func map<Result: Sendable>(
    _ count: Int, threads: Int, _ work: @Sendable (Int) -> Result
  ) -> [Result] {
    guard threads > 1, count > 1 else { return (0..<count).map(work) }
    let next = Atomic(0)
    return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      // Sound: every index is taken once, so each slot is written by one thread alone, and all are written before
      // `concurrentPerform` returns.
      nonisolated(unsafe) let slots = base
      DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          (slots + index).initialize(to: work(index))
        }
      }
      initialized = count
    }
  }

  /// Splits `0..<count` into ranges that are worth a thread's while.
  public static func chunks(of count: Int, atLeast least: Int, threads: Int) -> [Range<Int>] {
    guard count > 0 else { return [] }
    // Several for each thread, as they are not equally long in the end.
    let size = threads > 1 ? max(least, (count + threads * 4 - 1) / (threads * 4)) : count
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}
