import Rules

/// Checks of Kafka rules (V36).
enum KafkaSanitizer {
  static func check(_ document: L7Document.Kafka) throws(Refusal) {
    let rule = document.rule
    func field(_ key: String) -> Field { document.field[key] ?? document.field }
    if !rule.role.isEmpty, !rule.apiKey.isEmpty {
      throw document.field.refusal("cannot set both Role \"\(rule.role)\" and APIKey \"\(rule.apiKey)\" together")
    }
    if !rule.apiKey.isEmpty, !apiKeys.contains(rule.apiKey.lowercased()) {
      throw field("apiKey").refusal("invalid Kafka APIKey \"\(rule.apiKey)\"")
    }
    if !rule.role.isEmpty, !["produce", "consume"].contains(rule.role.lowercased()) {
      throw field("role").refusal("invalid Kafka role \"\(rule.role)\"", hint: "produce or consume")
    }
    if !rule.apiVersion.isEmpty, Int16(rule.apiVersion).map({ $0 >= 0 }) != true {
      throw field("apiVersion").refusal("invalid Kafka APIVersion \"\(rule.apiVersion)\": not a number in 0…32767")
    }
    guard rule.topic.utf8.count <= 255 else {
      throw field("topic").refusal("kafka topic exceeds the maximum length of 255")
    }
    guard rule.topic.utf8.allSatisfy({ $0.isAlphanumeric || "._-".utf8.contains($0) }) else {
      throw field("topic").refusal("invalid Kafka Topic name \"\(rule.topic)\": only a-z, A-Z, 0-9, ., _ and -")
    }
  }

  /// In the order of their numbers, 0 to 33.
  static let apiKeys: Set<String> = [
    "produce", "fetch", "offsets", "metadata", "leaderandisr", "stopreplica", "updatemetadata", "controlledshutdown",
    "offsetcommit", "offsetfetch", "findcoordinator", "joingroup", "heartbeat", "leavegroup", "syncgroup",
    "describegroups", "listgroups", "saslhandshake", "apiversions", "createtopics", "deletetopics", "deleterecords",
    "initproducerid", "offsetforleaderepoch", "addpartitionstotxn", "addoffsetstotxn", "endtxn", "writetxnmarkers",
    "txnoffsetcommit", "describeacls", "createacls", "deleteacls", "describeconfigs", "alterconfigs",
  ]
}
