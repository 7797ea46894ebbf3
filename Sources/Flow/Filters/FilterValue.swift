/// Reads the values of filter options that are the same for both ends.
enum FilterValue {
  static func add(_ flag: FilterFlag, _ value: String, to fields: inout FlowFilterFields) throws(FlowFilterError) {
    switch flag {
    case .verdict: fields.verdicts.append(try named(value, of: "verdict"))
    case .type: fields.eventTypes.append(try eventType(value))
    case .protocol: fields.protocols.append(value)
    case .dropReason: fields.dropReasons.append(try dropReason(value))
    case .httpMethod: fields.httpMethods.append(value)
    case .httpPath: fields.httpPaths.append(value)
    case .httpURL: fields.httpURLs.append(value)
    case .httpStatus: fields.httpStatusCodes.append(value)
    case .httpHeader: fields.httpHeaders.append(try header(value))
    case .trafficDirection: fields.trafficDirections.append(try direction(value))
    case .tcpFlags: fields.tcpFlags.append(try tcpFlags(value))
    case .ipVersion: fields.ipVersions.append(try ipVersion(value))
    case .ipv4: fields.ipVersions.append(.v4)
    case .ipv6: fields.ipVersions.append(.v6)
    case .uuid: fields.uuids.append(value)
    case .interface: fields.interfaces.append(value)
    case .reply: fields.replies.append(try boolean(value))
    case .encrypted: fields.encrypted.append(true)
    case .unencrypted: fields.encrypted.append(false)
    case .traceID: fields.traceIDs.append(value)
    case .ipTraceID: fields.ipTraceIDs.append(try ipTraceID(value))
    case .snatIP: fields.translatedSourceAddresses.append(value)
    case .nodeName: fields.nodeNames.append(value)
    case .nodeLabel: fields.nodeLabels.append(value)
    default: return
    }
  }

  private static func named<Value: ProtobufEnum>(
    _ text: String, of kind: String
  ) throws(FlowFilterError) -> Value {
    guard let value = Value(protobufName: text.uppercased()) else {
      let known = Value.allCases.filter { $0.rawValue != 0 }.map(\.protobufName).joined(separator: ", ")
      throw FlowFilterError("unknown \(kind) \"\(text)\"; one of \(known)")
    }
    return value
  }

  private static func dropReason(_ text: String) throws(FlowFilterError) -> Flow.DropReason {
    guard let reason = Flow.DropReason(protobufName: text.uppercased()) else {
      throw FlowFilterError("unknown drop reason \"\(text)\"; such as POLICY_DENIED or POLICY_DENY")
    }
    return reason
  }

  /// A name or number, and after a colon a sub-type: for traces by name, else by number.
  private static func eventType(_ text: String) throws(FlowFilterError) -> FlowFilterFields.EventType {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let named = Flow.EventType.Number.byName.first { $0.name == parts[0] }?.number
    guard let type = named ?? number(parts[0]) else {
      let known = Flow.EventType.Number.byName.map(\.name).joined(separator: ", ")
      throw FlowFilterError("unknown type \"\(parts[0])\"; one of \(known), or a number")
    }
    guard parts.count > 1 else { return FlowFilterFields.EventType(type: type) }
    let points = Flow.TraceObservationPoint.subTypeTexts
    let point = named == Flow.EventType.Number.trace ? points.firstIndex(of: parts[1]).map { Int32($0) } : nil
    guard let subType = point ?? number(parts[1]) else {
      throw FlowFilterError(
        "unknown sub-type \"\(parts[1])\"; a number, or for traces one of \(points.joined(separator: ", "))")
    }
    return FlowFilterFields.EventType(type: type, subType: subType)
  }

  private static func number(_ text: String) -> Int32? {
    text.utf8.allSatisfy(\.isDecimalDigit) ? Int32(text) : nil
  }

  private static func header(_ text: String) throws(FlowFilterError) -> Flow.HTTP.Header {
    guard let colon = text.firstIndex(of: ":") else {
      throw FlowFilterError("\"\(text)\" is not a header; must be NAME:VALUE")
    }
    return Flow.HTTP.Header(key: String(text[..<colon]), value: String(text[text.index(after: colon)...]))
  }

  private static func direction(_ text: String) throws(FlowFilterError) -> Flow.Direction {
    switch text.lowercased() {
    case "ingress": return .ingress
    case "egress": return .egress
    default: throw FlowFilterError("\"\(text)\" is neither ingress nor egress")
    }
  }

  /// Flags parted by commas, all of which must be set.
  private static func tcpFlags(_ text: String) throws(FlowFilterError) -> Flow.TCPFlags {
    var flags: Flow.TCPFlags = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let flag = Flow.TCPFlags.names.first(where: { $0.name.description == name.uppercased() })?.flag else {
        let known = Flow.TCPFlags.names.map(\.name.description).joined(separator: ", ")
        throw FlowFilterError("unknown TCP flag \"\(name)\"; one of \(known)")
      }
      flags.insert(flag)
    }
    return flags
  }

  private static func ipVersion(_ text: String) throws(FlowFilterError) -> Flow.IP.Version {
    switch text.lowercased() {
    case "4", "v4", "ipv4", "ip4": return .v4
    case "6", "v6", "ipv6", "ip6": return .v6
    case "none": return .notUsed
    default: throw FlowFilterError("\"\(text)\" is not an IP version; one of v4, v6, none")
    }
  }

  private static func boolean(_ text: String) throws(FlowFilterError) -> Bool {
    switch text {
    case "true": return true
    case "false": return false
    default: throw FlowFilterError("\"\(text)\" is neither true nor false")
    }
  }

  private static func ipTraceID(_ text: String) throws(FlowFilterError) -> UInt64 {
    guard let id = UInt64(text), id > 0 else { throw FlowFilterError("\"\(text)\" is not a number above 0") }
    return id
  }

  /// `NAME`, `KIND/NAME` or `KIND/`.
  static func workload(_ text: String) -> FlowEndpoint.Workload {
    guard let slash = text.firstIndex(of: "/") else { return FlowEndpoint.Workload(name: text, kind: "") }
    return FlowEndpoint.Workload(name: String(text[text.index(after: slash)...]), kind: String(text[..<slash]))
  }

  /// The identity that an option asks for by number or reserved name; nil for other options.
  static func identity(_ flag: FilterFlag, _ text: String) throws(FlowFilterError) -> UInt32? {
    guard flag == .identity || flag == .fromIdentity || flag == .toIdentity else { return nil }
    if let number = ReservedIdentity.number(of: text) { return number }
    guard let number = UInt32(text) else {
      let known = ReservedIdentity.names.joined(separator: ", ")
      throw FlowFilterError("\"\(text)\" is not an identity; a number or one of \(known)")
    }
    return number
  }
}
