import Tables

extension LiveCompilation {
  /// The texts of the selectors, as `FilterPeer.selector` has them, that select an identity in use.
  public func selectors(of number: UInt32) -> Set<String> {
    guard let slot = identities.slot(of: number) else { return [] }
    let numbers = watch.selectors(of: identities.slots[slot], cache)
    return Set(numbers.map { cache.selections[Int($0)].text })
  }
}
