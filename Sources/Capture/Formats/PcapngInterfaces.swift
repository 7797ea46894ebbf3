/// The interfaces of a section.
///
/// Unsafe for the packet loop: an array would be retained there. `base` is this value's own memory, and callers check
/// numbers against `count`.
struct PcapngInterfaces: ~Copyable {
  private(set) var base: UnsafeMutablePointer<PcapngInterface>
  private(set) var count = 0
  private var capacity = 4

  init() { base = .allocate(capacity: capacity) }

  deinit { base.deallocate() }

  mutating func removeAll() { count = 0 }

  mutating func append(_ interface: PcapngInterface) {
    if count == capacity {
      let larger = UnsafeMutablePointer<PcapngInterface>.allocate(capacity: capacity * 2)
      larger.update(from: base, count: count)
      base.deallocate()
      base = larger
      capacity *= 2
    }
    base[count] = interface
    count += 1
  }
}
