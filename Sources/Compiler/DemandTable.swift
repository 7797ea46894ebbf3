/// What filters demand of their peers, each demand known by a number: most rules ask the same, and equal ones need no
/// comparing.
struct DemandTable: Sendable {
  private var numbers: [SelectorPolicy: Int32] = [:]
  private var demands: [SelectorPolicy] = []
  /// Merged before, by the two numbers.
  private var merged: [UInt64: Int32] = [:]

  /// The demand of a rule that just allows.
  static let plainAllow: Int32 = 0

  /// The demand of a deny rule.
  static let plainDeny: Int32 = 1

  init() {
    var demand = SelectorPolicy()
    _ = number(of: demand)
    demand.isDeny = true
    _ = number(of: demand)
  }

  mutating func number(of demand: SelectorPolicy) -> Int32 {
    if let known = numbers[demand] { return known }
    let number = Int32(demands.count)
    demands.append(demand)
    numbers[demand] = number
    return number
  }

  subscript(number: Int32) -> SelectorPolicy { demands[Int(number)] }

  /// The demand of both, the first having been there before.
  mutating func merge(_ first: Int32, _ second: Int32) throws(MergeConflict) -> Int32 {
    guard first != second else { return first }
    let pair = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    if let known = merged[pair] { return known }
    var demand = demands[Int(first)]
    try demand.merge(demands[Int(second)])
    let result = number(of: demand)
    merged[pair] = result
    return result
  }
}
