/// The dynamic table of one direction (RFC 7541 §2.3.2): the newest entry comes first, the oldest are evicted.
///
/// The texts lie one after the other in one array, from which the front is removed now and then.
struct HPACKDynamicTable: Sendable {
  private struct Entry: Sendable {
    var start: Int
    var nameCount: Int
    var valueCount: Int
    /// RFC 7541 §4.1.
    var size: Int { nameCount + valueCount + 32 }
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// Evicted entries that are still in the arrays.
  private var evicted = 0
  /// By RFC 7541 §4.1.
  private(set) var size = 0
  private(set) var maximumSize: Int

  init(maximumSize: Int) {
    self.maximumSize = maximumSize
  }

  var count: Int { entries.count - evicted }

  mutating func setMaximumSize(_ newSize: Int) {
    maximumSize = newSize
    evict(to: newSize)
  }

  /// Adds an entry; one larger than the table empties it (RFC 7541 §4.4).
  mutating func insert(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    let entry = Entry(start: bytes.count, nameCount: name.count, valueCount: value.count)
    evict(to: maximumSize - entry.size)
    guard entry.size <= maximumSize else { return }
    bytes += name
    bytes += value
    entries.append(entry)
    size += entry.size
  }

  /// Appends a name, and its value unless `nameOnly`, to `text`; the newest entry's index is 0. The counts appended, or
  /// nil when there is no such entry.
  func append(_ index: Int, nameOnly: Bool, to text: inout [UInt8]) -> (name: Int, value: Int)? {
    guard index >= 0, index < count else { return nil }
    let entry = entries[entries.count - 1 - index]
    let valueCount = nameOnly ? 0 : entry.valueCount
    text += bytes[entry.start..<entry.start + entry.nameCount + valueCount]
    return (entry.nameCount, valueCount)
  }

  private mutating func evict(to target: Int) {
    while size > max(target, 0), evicted < entries.count {
      size -= entries[evicted].size
      evicted += 1
    }
    guard evicted > 32, evicted * 2 > entries.count else { return }
    let start = evicted < entries.count ? entries[evicted].start : bytes.count
    entries.removeFirst(evicted)
    bytes.removeFirst(start)
    for index in entries.indices { entries[index].start -= start }
    evicted = 0
  }
}
