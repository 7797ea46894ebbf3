/// Lists of rules, equal ones stored once. Each list is sorted and without repeats.
struct RuleLists: Sendable {
  private(set) var lists: [[UInt32]] = [[]]
  private var numbers: [[UInt32]: UInt32] = [[]: 0]
  /// Unions made before, by the two lists.
  private var unions: [UInt64: UInt32] = [:]

  /// The list of these rules, in any order and without repeats.
  mutating func list(_ rules: [UInt32]) -> UInt32 {
    let sorted = rules.sorted()
    if let known = numbers[sorted] { return known }
    let index = UInt32(lists.count)
    lists.append(sorted)
    numbers[sorted] = index
    return index
  }

  /// The list of the rules in either list.
  mutating func union(_ a: UInt32, _ b: UInt32) -> UInt32 {
    if a == b || b == 0 { return a }
    if a == 0 { return b }
    let pair = UInt64(a) << 32 | UInt64(b)
    if let known = unions[pair] { return known }
    let union = list(Self.union(lists[Int(a)], lists[Int(b)]))
    unions[pair] = union
    return union
  }

  private static func union(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if j == b.count || (i < a.count && a[i] < b[j]) {
        result.append(a[i])
        i += 1
      } else {
        if i < a.count, a[i] == b[j] { i += 1 }
        result.append(b[j])
        j += 1
      }
    }
    return result
  }
}
