import Manifest

/// The pass before Cilium's own checks: what an API server would say to the object, and what of it counts under the
/// chosen validation.
struct Admission {
  var validation: Validation
  var compatibility: Compatibility
  var reporter: Reporter

  /// Returns warnings; throws what refuses the object. `versions` are those that the kind is served in, newest first.
  func check(
    _ root: Field, _ schema: Schema, versions: [String], nullsAreAbsent: Bool
  ) throws(Refusal) -> [Diagnostic] {
    var validator = SchemaValidator(nullsAreAbsent: nullsAreAbsent)
    validator.emptyTextsAreUnknown = validation == .strict && compatibility.checksObjectsByLeaves
    validator.check(root, schema)
    var findings = validator.findings
    if let version = root["apiVersion"], let text = version.value.string, !versions.contains(text) {
      let refusal = version.refusal(
        "no matches for this kind in version \"\(text)\"", hint: versions.first.map { "apiVersion: \($0)" })
      findings.insert(SchemaFinding(kind: .violation, refusal: refusal), at: 0)
    }
    return try weigh(findings)
  }

  /// The same for the faults that an API server finds in a built-in type.
  func weigh(_ faults: [Refusal]) throws(Refusal) -> [Diagnostic] {
    try weigh(faults.map { SchemaFinding(kind: .violation, refusal: $0) })
  }

  private func weigh(_ findings: [SchemaFinding]) throws(Refusal) -> [Diagnostic] {
    let fatal = findings.filter { finding in
      switch finding.kind {
      case .violation: validation != .agent
      case .unknownField(let name, let parent):
        validation == .strict
          && (!compatibility.checksObjectsByLeaves || parent.value.member(name)?.value.hasScalar == true)
      }
    }
    if let finding = fatal.first {
      var refusal = finding.refusal
      if case .unknownField(let name, let parent) = finding.kind {
        let loss = "where it is pruned instead, \(PruningLoss.explain(name, in: parent))"
        refusal.hint = refusal.hint.map { "\($0) (\(loss))" } ?? loss
      }
      if fatal.count > 1 { refusal.message += " (and \(fatal.count - 1) more)" }
      throw refusal
    }
    return findings.map(warning)
  }

  func warning(_ finding: SchemaFinding) -> Diagnostic {
    var refusal = finding.refusal
    switch finding.kind {
    case .violation:
      refusal.message += "; an API server refuses this"
      return reporter.warning(refusal, refusal.identifier == .wrongType ? .wrongType : .schemaViolation, as: .warning)
    case .unknownField(let name, let parent):
      refusal.message += " is dropped: \(PruningLoss.explain(name, in: parent))"
      return reporter.warning(refusal, .unknownField)
    }
  }
}

extension Value {
  /// True for a scalar, and for what holds one.
  fileprivate var hasScalar: Bool {
    switch content {
    case .map(let members): members.contains { $0.value.hasScalar }
    case .list(let elements): elements.contains(where: \.hasScalar)
    case .null, .boolean, .integer, .number, .string: true
    }
  }
}
