import Rules

/// One element of `toPorts` as decoded. A deny rule has ports only.
struct PortRuleDocument: Sendable {
  struct Port: Sendable {
    var field: Field
    var port: String
    var endPort: Int32
    var `protocol`: String
  }

  var field: Field
  var ports: [Port]
  var terminatingTLS: TLSContext?
  var originatingTLS: TLSContext?
  var serverNames: [Located<String>]
  var listener: Listener?
  var rules: L7Document?
}

/// `rules` of a `toPorts` element. The lists are nil when absent: Cilium counts an empty list as a kind of its own, but
/// only when another kind has rules.
struct L7Document: Sendable {
  struct HTTP: Sendable {
    struct HeaderMatch: Sendable {
      var field: Field
      var mismatch: String
      var name: String
      var secret: SecretReference?
      var value: String
    }

    var field: Field
    var path: String
    var method: String
    var host: String
    var headers: [Located<String>]
    var headerMatches: [HeaderMatch]
  }

  struct Kafka: Sendable {
    var field: Field
    var rule: KafkaRule
  }

  struct Generic: Sendable {
    var field: Field
    var pairs: [String: String]
  }

  var field: Field
  var http: [HTTP]?
  var kafka: [Kafka]?
  var dns: [NameDocument]?
  var parser: String
  var generic: [Generic]?

  /// No L7 rule at all: Cilium then reads the element as plain layer 4.
  var isEmpty: Bool {
    (http ?? []).isEmpty && (kafka ?? []).isEmpty && (dns ?? []).isEmpty && (generic ?? []).isEmpty
  }

  var hasDNS: Bool { !(dns ?? []).isEmpty }
}
