import Addresses
import Benchmark
import Dataplane
import Layer7
import Names
import Rows

/// What a DNS answer teaches: from its bytes through the cache to the tables that the next packet is judged by.
func registerLearning(_ change: ChangeRow) {
  measure(change.row) {
    let files = ScaleInput(folder: change.folder)
    return LearningInput(
      LearnedTables(try input([files.cluster, files.policies], locals: nil, .snapshot)))
  } run: { benchmark, learning in
    learning.prepare()
    benchmark.startMeasurement()
    try learning.learn()
    return Amount(items: 1)
  }
}

/// Tables that learn one answer after another, of ten names with a new address each time.
private final class LearningInput {
  private var tables: LearnedTables
  private var cache = NameCache(NameSettings())
  private var round = 0
  private var answer: [UInt8] = []

  init(_ tables: consuming LearnedTables) { self.tables = tables }

  func prepare() {
    round += 1
    let labels = ["svc\(round % 10)", "example", "com"]
    let name = labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    answer = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + name + [0, 1, 0, 1]
    answer += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 8, 8, UInt8(round >> 8 & 0xff), UInt8(round & 0xff)]
  }

  func learn() throws {
    let bytes = answer.span.bytes
    guard let message = DNSMessage(bytes), let name = message.policyName(in: bytes),
      let read = NameAnswer(message, to: name, in: bytes, endpoint: 0, time: Int64(round) * 1_000_000),
      let change = cache.learn(read)
    else { throw InputError("nothing learnt") }
    if case .none = tables.apply(change) { throw InputError("no table changed") }
    blackHole(tables.lookup)
  }
}
