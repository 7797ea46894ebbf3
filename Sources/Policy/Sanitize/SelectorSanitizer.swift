import Cluster

/// Whether a selector is a valid Kubernetes label selector once its keys are converted (V5).
enum SelectorSanitizer {
  static func check(_ document: SelectorDocument) throws(Refusal) {
    try check(document, SelectorDraft(document))
  }

  /// The selector of a CIDR group has plain keys.
  static func checkPlain(_ document: SelectorDocument) throws(Refusal) {
    try check(document, SelectorDraft(document, prefix: ""))
  }

  private static func check(_ document: SelectorDocument, _ draft: SelectorDraft) throws(Refusal) {
    let labels = document.field["matchLabels"] ?? document.field
    for (key, value) in draft.labels.sorted(by: { $0.key < $1.key }) {
      if let fault = LabelSyntax.fault(inKey: key) {
        throw labels.refusal("invalid label selector: key \"\(key)\": \(fault)")
      }
      if let fault = LabelSyntax.fault(inValue: value) {
        throw labels.refusal("invalid label selector: value \"\(value)\" of key \"\(key)\": \(fault)")
      }
    }
    for (expression, written) in zip(draft.expressions, document.expressions) {
      if let fault = fault(in: expression) { throw written.field.refusal("invalid label selector: \(fault)") }
    }
  }

  /// What makes one expression invalid; nil when it is fine.
  static func fault(in expression: SelectorDraft.Expression) -> String? {
    switch expression.operator {
    case "In", "NotIn":
      if expression.values.isEmpty { return "values must be specified when `operator` is 'In' or 'NotIn'" }
    case "Exists", "DoesNotExist":
      if !expression.values.isEmpty {
        return "values may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
      }
    default:
      return "\"\(expression.operator)\" is not a valid selector operator (In, NotIn, Exists, DoesNotExist)"
    }
    if let fault = LabelSyntax.fault(inKey: expression.key) { return "key \"\(expression.key)\": \(fault)" }
    for value in expression.values {
      if let fault = LabelSyntax.fault(inValue: value) { return "value \"\(value)\": \(fault)" }
    }
    return nil
  }
}
