extension Sequence {
  /// The first `count` elements of the order, without sorting the others; equal ones in the order they come.
  func first(_ count: Int, by precedes: (Element, Element) -> Bool) -> [Element] {
    var top: [Element] = []
    for element in self {
      if top.count == count {
        guard let last = top.last, precedes(element, last) else { continue }
        top.removeLast()
      }
      let place = top.lastIndex { !precedes(element, $0) }.map { $0 + 1 } ?? 0
      top.insert(element, at: place)
    }
    return top
  }
}
