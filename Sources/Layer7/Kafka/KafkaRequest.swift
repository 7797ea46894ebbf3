/// A request's header, and the topics that it names, as ranges of the bytes that held it.
public struct KafkaRequest: Sendable, Hashable {
  /// Bytes after the length.
  public internal(set) var length = 0
  public internal(set) var apiKey: Int16 = 0
  public internal(set) var apiVersion: Int16 = 0
  public internal(set) var correlationID: Int32 = 0
  /// nil for a null client id.
  public internal(set) var clientID: ByteRange?
  /// Empty for requests that name none; nil when they could not be read to their end: an unknown version, damage, or a
  /// request longer than `KafkaParser.maximumRead`.
  public internal(set) var topics: [ByteRange]?

  init() {}

  /// Whether requests of this kind name topics (`cilium-policy.md` §7.7).
  public var canNameTopics: Bool { KafkaSchema.topics[apiKey] != nil }

  /// What Cilium calls this kind of request: `produce`, `fetch`…; its number where it has no name.
  public var apiKeyName: String {
    Self.keyNames.indices.contains(Int(apiKey)) ? Self.keyNames[Int(apiKey)] : String(apiKey)
  }

  static let keyNames = [
    "produce", "fetch", "offsets", "metadata", "leaderandisr", "stopreplica", "updatemetadata", "controlledshutdown",
    "offsetcommit", "offsetfetch", "findcoordinator", "joingroup", "heartbeat", "leavegroup", "syncgroup",
    "describegroups", "listgroups", "saslhandshake", "apiversions", "createtopics", "deletetopics", "deleterecords",
    "initproducerid", "offsetforleaderepoch", "addpartitionstotxn", "addoffsetstotxn", "endtxn", "writetxnmarkers",
    "txnoffsetcommit", "describeacls", "createacls", "deleteacls", "describeconfigs", "alterconfigs",
  ]
}
