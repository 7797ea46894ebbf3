internal import CBPF

extension Datapath {
  public struct Traffic: Sendable, Equatable {
    public var packets: UInt64 = 0
    /// Of whole frames.
    public var bytes: UInt64 = 0

    public init() {}

    mutating func add(_ other: traffic) {
      packets &+= other.packets
      bytes &+= other.bytes
    }
  }

  /// What each policy entry has decided since the tables came into force, as `Tables.policies` and their `entries`;
  /// those that `follow` has added come after them.
  public func entryCounters() throws(KernelError) -> [[Traffic]] {
    try Self.entryCounters(image, counters)
  }

  static func entryCounters(_ image: TableImage, _ counters: borrowing BPFMap) throws(KernelError) -> [[Traffic]] {
    let total = Int(image.settings.entry_count)
    let processors = Int(libbpf_num_possible_cpus())
    let values = try BPFMap.elements(
      of: counters.descriptor, "entry_counters", count: total * processors, zero: traffic())
    func sum(_ cookie: Int) -> Traffic {
      var sum = Traffic()
      for processor in 0..<processors { sum.add(values[processor * total + cookie]) }
      return sum
    }
    var result = image.policies.indices.map { policy in
      (0..<image.entryCounts[policy]).map { sum(Int(image.firstEntries[policy]) + $0) }
    }
    for (offset, place) in image.laterEntries.enumerated() {
      result[place.policy].append(sum(image.loadedEntries + offset))
    }
    return result
  }

  /// Packets judged at endpoints, by direction (0 ingress, 1 egress) and drop reason (0: not dropped), since loading.
  public func totals() throws(KernelError) -> [[Traffic]] {
    let descriptor = try object.map("totals")
    var result: [[Traffic]] = []
    for direction in 0..<2 {
      var reasons: [Traffic] = []
      for reason in 0..<Int(TOTALS_PER_DIRECTION) {
        let index = UInt32(direction * Int(TOTALS_PER_DIRECTION) + reason)
        var sum = Traffic()
        for value in try BPFMap.processorValues(of: descriptor, "totals", at: index, zero: traffic()) {
          sum.add(value)
        }
        reasons.append(sum)
      }
      result.append(reasons)
    }
    return result
  }

  /// Copies that found the buffer full, since loading.
  public func lostCopies() throws(KernelError) -> UInt64 {
    guard options.followsProxied else { return 0 }
    return try BPFMap.processorValues(of: try object.map("copies_lost"), "copies_lost", at: 0, zero: UInt64(0))
      .reduce(0, &+)
  }

  /// Events that found the buffer full, by processor.
  public func lostEvents() throws(KernelError) -> [UInt64] {
    try BPFMap.processorValues(of: try object.map("events_lost"), "events_lost", at: 0, zero: UInt64(0))
  }
}
