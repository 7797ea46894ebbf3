internal import CBPF
internal import Glibc
public import Tables

extension Datapath {
  /// Follows a change of what names stand for, in the maps that are in force. Each entry that it sets stands behind those
  /// that its policy has had so far, in verdicts and among the counters; nothing that names have added is ever taken out
  /// of there.
  ///
  /// - Returns: false when it cannot be followed so: the tables are then to be replaced (`replaceTables`).
  public mutating func follow(_ delta: TablesDelta) throws(KernelError) -> Bool {
    var image = image
    guard options.spareEntries > 0, let edit = image.follow(delta) else { return false }
    do throws(KernelError) {
      try object.apply(edit, image, options.layout)
    } catch {
      // There is no room in some map, or the process may not open those that are in force.
      guard error.kind == .tooLarge || error.kind == .notPermitted else { throw error }
      return false
    }
    images[Int(generation & 1)] = image
    return true
  }
}
