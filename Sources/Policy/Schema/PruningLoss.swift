import Manifest

/// What is lost when a field that the schema does not know is left out: the reading that remains (§15 rows 15 to 20).
enum PruningLoss {
  static func explain(_ name: String, in parent: Field) -> String {
    let keys = parent.path.keys
    let list = keys.last { ["ingress", "ingressDeny", "egress", "egressDeny"].contains($0) }
    let isDeny = list?.hasSuffix("Deny") == true
    if keys.last == "toPorts" { return portRule(name, in: parent, isDeny: isDeny) }
    if keys.last == list, let list { return element(name, in: parent, list, isDeny: isDeny) }
    if keys.last == "http", (parent.value.map ?? []).count == 1 {
      return "what remains is an empty HTTP rule, which admits every request"
    }
    if SelectorContext.isSelector(parent), parent["matchLabels"] == nil, parent["matchExpressions"] == nil {
      return "what remains is the empty selector, which selects everything in its scope"
    }
    if keys.last == "spec" || keys.last == "specs" {
      return ["ingress", "egress"].contains { name.lowercased().hasPrefix($0) }
        ? "the policy does without these rules" : "it has no effect on traffic"
    }
    return "it has no effect"
  }

  private static func portRule(_ name: String, in parent: Field, isDeny: Bool) -> String {
    if parent["ports"] == nil { return "no ports remain, so the element matches no port at all" }
    if isDeny { return "a deny rule has ports only: it denies the whole port, whatever is asked for at layer 7" }
    return ["rules", "serverNames"].contains { name.lowercased().hasPrefix($0.lowercased().prefix(4)) }
      ? "the ports are open without any layer 7 check" : "it has no effect; the ports remain open"
  }

  private static func element(_ name: String, in parent: Field, _ list: String, isDeny: Bool) -> String {
    let direction = list.hasPrefix("ingress") ? "ingress" : "egress"
    let verb = isDeny ? "denies" : "admits"
    if ["action", "order", "priority", "tier", "precedence"].contains(name.lowercased()) {
      return isDeny
        ? "Cilium has no such field; the rule remains a deny rule"
        : "Cilium has no such field: what remains is a rule that allows; denying is done in \(direction)Deny"
    }
    if isDeny, name == "authentication" { return "a deny rule has no authentication; it denies in any case" }
    if ["from", "to"].contains(where: name.hasPrefix), !name.lowercased().contains("port") {
      let others = parent.members.contains { key, field in
        key != name && (key.hasPrefix("from") || key.hasPrefix("to")) && key != "toPorts" && !field.value.isNull
      }
      if others { return "the other peers of the rule remain" }
      if parent["toPorts"] != nil || parent["icmps"] != nil {
        return "without peers the rule \(verb) these ports for everyone, the world included"
      }
      return "the rule that remains \(verb) nothing, but switches \(direction) default deny on"
    }
    if name.lowercased().contains("port") {
      return "without ports the rule \(verb) all ports and protocols of its peers"
    }
    return "it has no effect; check that the rest of the rule means what is wanted"
  }
}

/// Where selectors stand.
enum SelectorContext {
  static func isSelector(_ field: Field) -> Bool {
    guard let key = field.path.lastKey else { return false }
    return key.hasSuffix("Selector") || key == "selector"
      || ["Endpoints", "Nodes", "Requires"].contains { key.hasSuffix($0) }
  }
}
