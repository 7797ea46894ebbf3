public import Manifest

extension PolicyReader {
  /// Reads a CiliumCIDRGroup. A prefix that cannot be parsed is skipped with a warning, as in the agent (§3.4); nil when
  /// the object as a whole is refused.
  public func readCIDRGroup(_ object: ManifestObject) -> (CIDRGroup?, [Diagnostic]) {
    (nil, [])
  }
}
