/// Builds a selection from hubble's filter options in the order they were given.
///
/// All options make one filter: each option must match, and of an option that was repeated any value. An option that
/// speaks of either end (`--pod`, `--port`…) doubles that filter into one for the source and one for the destination.
/// Options that were negated with `--not` make one filter of their own, which takes away only what matches all of them.
public struct FlowFilterParser {
  private let now: Int64
  private var selection = FlowSelection()
  private var allow = FilterDraft()
  private var deny = FilterDraft()

  /// `now` is the moment that durations such as `--since 5m` count back from, in nanoseconds since 1970-01-01 UTC.
  public init(now: Int64) {
    self.now = now
  }

  /// Adds an option by its name without dashes; options without a value ignore it.
  public mutating func add(flag name: String, value: String, negated: Bool = false) throws(FlowFilterError) {
    guard let flag = FilterFlag(rawValue: name) else {
      throw FlowFilterError(flag: "--\(name)", "there is no such filter")
    }
    try add(flag, value, negated: negated)
  }

  public mutating func add(_ flag: FilterFlag, _ value: String, negated: Bool = false) throws(FlowFilterError) {
    do throws(FlowFilterError) {
      if flag.isWindow {
        if negated { throw FlowFilterError("cannot be negated") }
        try setWindow(flag, value)
      } else if negated {
        try deny.add(flag, value)
      } else {
        try allow.add(flag, value)
      }
    } catch {
      throw FlowFilterError(flag: error.flag ?? "--\(flag.rawValue)", error.reason)
    }
  }

  /// Adds a filter as it is, beside those that the options make.
  public mutating func add(_ filter: FlowFilter, negated: Bool = false) {
    if negated { selection.deny.append(filter) } else { selection.allow.append(filter) }
  }

  /// What the options select.
  public func makeSelection() throws(FlowFilterError) -> FlowSelection {
    if let since = selection.since, let until = selection.until, since > until {
      throw FlowFilterError(flag: "--since", "is after --until")
    }
    if selection.first != nil, selection.last != nil {
      throw FlowFilterError("--first and --last cannot be combined")
    }
    var result = selection
    result.allow += try allow.makeFilters()
    result.deny += try deny.makeFilters()
    return result
  }

  private mutating func setWindow(_ flag: FilterFlag, _ value: String) throws(FlowFilterError) {
    switch flag {
    case .since: selection.since = try time(value)
    case .until: selection.until = try time(value)
    case .first: selection.first = try count(value)
    case .last:
      let count = try count(value)
      guard count <= FlowSelection.longestTail else {
        throw FlowFilterError("\(count) is too many; at most \(FlowSelection.longestTail) events can be kept back")
      }
      selection.last = count
    default: return
    }
  }

  /// A moment, or a duration before now.
  private func time(_ text: String) throws(FlowFilterError) -> Int64 {
    if let time = Timestamp.read(text) { return time }
    if let duration = Timestamp.readDuration(text) { return now.subtractingReportingOverflow(duration).partialValue }
    throw FlowFilterError("\"\(text)\" is neither a time such as 2026-07-14T09:30:00Z nor a duration such as 5m")
  }

  private func count(_ text: String) throws(FlowFilterError) -> Int {
    guard let count = Int(text), count >= 0 else { throw FlowFilterError("\"\(text)\" is not a number of events") }
    return count
  }
}
