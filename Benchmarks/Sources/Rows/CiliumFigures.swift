/// What Cilium's own engine needs for the scale inputs, in milliseconds.
///
/// Source: conformance/scale/README.md of the material shared beside this repository. A 1.19 development snapshot, its
/// Go packages linked into a test program on an idle virtual machine of two cores; the best of three runs.
struct CiliumFigures {
  let input: String
  let locals: Int
  /// Decoding from JSON in memory, sanitising and translating all policies.
  let parse: Double
  /// CIDR identities, adding all policies, resolving every local endpoint's policy map. Pods' identities exist already.
  let addAndResolve: Double

  static let all = [
    CiliumFigures(input: "p1000-i1000", locals: 100, parse: 52, addAndResolve: 61),
    CiliumFigures(input: "p1000-i1000", locals: 250, parse: 61, addAndResolve: 95),
    CiliumFigures(input: "p1000-i10000", locals: 100, parse: 53, addAndResolve: 306),
    CiliumFigures(input: "p1000-i10000", locals: 250, parse: 52, addAndResolve: 495),
    CiliumFigures(input: "p10000-i10000", locals: 100, parse: 580, addAndResolve: 1372),
    CiliumFigures(input: "p10000-i10000", locals: 250, parse: 580, addAndResolve: 1822),
  ]
}
