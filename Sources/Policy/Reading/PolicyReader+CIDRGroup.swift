import Addresses
public import Manifest

extension PolicyReader {
  /// Reads a CiliumCIDRGroup. A prefix that cannot be parsed is skipped with a warning, as in the agent (§3.4); nil when
  /// the object as a whole is refused.
  public func readCIDRGroup(_ object: ManifestObject) -> (CIDRGroup?, [Diagnostic]) {
    let reporter = Reporter(object: object)
    do throws(Refusal) {
      let root = Field(root: object.value)
      try Metadata.check(root, kind: object.kind)
      var warnings = try Admission(validation: validation, compatibility: compatibility, reporter: reporter)
        .check(
          root, CIDRGroupSchema.object, versions: ["cilium.io/v2", "cilium.io/v2alpha1"], nullsAreAbsent: false)
      var prefixes: [IPPrefix] = []
      for cidr in try root.object("spec")?.strings("externalCIDRs") ?? [] {
        if let prefix = IPPrefix(cidr.content) {
          prefixes.append(prefix)
        } else {
          let refusal = cidr.field.refusal("\"\(cidr.content)\" is no prefix and is skipped")
          warnings.append(reporter.warning(refusal, .groupPrefixSkipped))
        }
      }
      let labels = try root.object("metadata")?.stringMap("labels") ?? [:]
      let group = CIDRGroup(name: object.name, labels: labels, prefixes: prefixes, location: object.location)
      return (group, warnings)
    } catch {
      return (nil, [reporter.error(error)])
    }
  }
}
