import Glibc

/// How often names occur.
///
/// A name is known by its bytes, which lie one after another in one piece of memory: counting one that is known makes
/// nothing new.
struct NameCounts {
  /// Different names that are kept; further ones count among `messages` only.
  static let limit = 1 << 16
  /// Places that are looked at for a name; one that finds them all taken by others is not kept.
  private static let window = 64

  private struct Name {
    var hash: UInt64
    var start: Int
    var length: Int
    var count: Int
  }

  private var text: [UInt8] = []
  private var names: [Name] = []
  /// Open addressing: numbers of names + 1; 0 is empty.
  private var places = [UInt32](repeating: 0, count: 1 << 10)
  private(set) var messages = 0
  private(set) var nameless = 0
  /// Messages whose name may stand for another one, which is encrypted.
  private(set) var encrypted = 0

  /// Different names.
  var count: Int { names.count }

  /// The most frequent names, then by the alphabet.
  func most(_ count: Int) -> [(name: String, count: Int)] {
    names.map { (name: String(decoding: text[$0.start..<$0.start + $0.length], as: UTF8.self), count: $0.count) }
      .first(count) { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  mutating func add(_ name: String?, isEncrypted: Bool = false) {
    if isEncrypted { encrypted += 1 }
    guard var name else { return addNameless() }
    name.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  mutating func addNameless() {
    messages += 1
    nameless += 1
  }

  mutating func add(_ name: UnsafeRawBufferPointer) {
    messages += 1
    let hash = Self.hash(name)
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    for _ in 0..<Self.window {
      guard places[place] != 0 else { return insert(name, hash, at: place) }
      let number = Int(places[place]) - 1
      if names[number].hash == hash, isName(number, name) {
        names[number].count += 1
        return
      }
      place = (place + 1) & mask
    }
  }

  private func isName(_ number: Int, _ name: UnsafeRawBufferPointer) -> Bool {
    let known = names[number]
    guard known.length == name.count else { return false }
    return text.withUnsafeBytes { text in
      // Without bytes there is nothing to compare, and perhaps no address.
      guard let known = text.baseAddress.map({ $0 + known.start }), let bytes = name.baseAddress else { return true }
      return memcmp(known, bytes, name.count) == 0
    }
  }

  private mutating func insert(_ name: UnsafeRawBufferPointer, _ hash: UInt64, at place: Int) {
    guard names.count < Self.limit else { return }
    names.append(Name(hash: hash, start: text.count, length: name.count, count: 1))
    text.append(contentsOf: name)
    places[place] = UInt32(names.count)
    if names.count * 2 > places.count { grow() }
  }

  private mutating func grow() {
    places = [UInt32](repeating: 0, count: places.count * 2)
    let mask = places.count - 1
    for (number, name) in names.enumerated() {
      var place = Int(truncatingIfNeeded: name.hash) & mask
      while places[place] != 0 { place = (place + 1) & mask }
      places[place] = UInt32(number + 1)
    }
  }

  /// Eight bytes at a time; the names of captures that were made to collide are lost beyond the window.
  private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = UInt64(name.count) &* prime
    var offset = 0
    while name.count - offset >= 8 {
      hash = (hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* prime
      hash ^= hash &>> 29
      offset += 8
    }
    while offset < name.count {
      hash = (hash ^ UInt64(name[offset])) &* prime
      offset += 1
    }
    return hash ^ hash &>> 32
  }
}
