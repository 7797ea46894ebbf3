/// What Cilium's own engine needs for the scale inputs, in milliseconds.
///
/// Source: conformance/scale/README.md of the material shared beside this repository. A 1.19 development snapshot, its
/// Go packages linked into a test program on an idle virtual machine of two cores; the best of three runs.
struct CiliumFigures {
  let input: String
  let locals: Int
  /// Labels, numbers and addresses of all pods.
  let load: Double
  /// Decoding from JSON in memory, sanitising and translating all policies.
  let parse: Double
  /// CIDR identities, adding all policies, resolving every local endpoint's policy map. Pods' identities exist already.
  let addAndResolve: Double
  /// One identity more, one less, one policy more: the selector cache and every endpoint's map.
  let identityAdded: Double
  let identityRemoved: Double
  let policyAdded: Double

  static let all = [
    CiliumFigures("p1000-i1000", 100, load: 38, parse: 52, addAndResolve: 61, changes: (0.18, 0.11, 0.23)),
    CiliumFigures("p1000-i1000", 250, load: 42, parse: 61, addAndResolve: 95, changes: (0.25, 0.16, 0.41)),
    CiliumFigures("p1000-i10000", 100, load: 414, parse: 53, addAndResolve: 306, changes: (0.20, 0.15, 0.49)),
    CiliumFigures("p1000-i10000", 250, load: 409, parse: 52, addAndResolve: 495, changes: (0.27, 0.19, 0.51)),
    CiliumFigures("p10000-i10000", 100, load: 389, parse: 580, addAndResolve: 1372, changes: (1.02, 0.53, 0.72)),
    CiliumFigures("p10000-i10000", 250, load: 413, parse: 580, addAndResolve: 1822, changes: (1.05, 0.62, 0.74)),
  ]

  private init(
    _ input: String, _ locals: Int, load: Double, parse: Double, addAndResolve: Double,
    changes: (identityAdded: Double, identityRemoved: Double, policyAdded: Double)
  ) {
    self.input = input
    self.locals = locals
    self.load = load
    self.parse = parse
    self.addAndResolve = addAndResolve
    (identityAdded, identityRemoved, policyAdded) = changes
  }
}
