import Addresses

extension Constraint {
  /// What `fields` demand; a field that is not set demands nothing.
  static func all(of fields: FlowFilterFields) throws(FlowFilterError) -> [Constraint] {
    var all: [Constraint] = []
    // What is cheap to compare and rejects most comes first.
    if !fields.verdicts.isEmpty { all.append(.verdicts(fields.verdicts)) }
    if !fields.eventTypes.isEmpty { all.append(.eventTypes(fields.eventTypes)) }
    if !fields.trafficDirections.isEmpty { all.append(.directions(fields.trafficDirections)) }
    if !fields.dropReasons.isEmpty { all.append(.dropReasons(fields.dropReasons)) }
    if !fields.replies.isEmpty { all.append(.replies(fields.replies)) }
    if !fields.ipVersions.isEmpty { all.append(.ipVersions(fields.ipVersions)) }
    if !fields.encrypted.isEmpty { all.append(.encrypted(fields.encrypted)) }
    if !fields.tcpFlags.isEmpty { all.append(.tcpFlags(fields.tcpFlags)) }
    if !fields.protocols.isEmpty {
      all.append(
        .protocols(try fields.protocols.map { value throws(FlowFilterError) in try FlowProtocol(named: value) }))
    }
    all += try constraints(of: fields.source, .source)
    all += try constraints(of: fields.destination, .destination)
    if !fields.translatedSourceAddresses.isEmpty {
      all.append(.translatedSources(try blocks(fields.translatedSourceAddresses)))
    }
    if !fields.uuids.isEmpty { all.append(.uuids(fields.uuids)) }
    if !fields.interfaces.isEmpty { all.append(.interfaces(fields.interfaces)) }
    if !fields.traceIDs.isEmpty { all.append(.traceIDs(fields.traceIDs)) }
    if !fields.ipTraceIDs.isEmpty { all.append(.ipTraceIDs(fields.ipTraceIDs)) }
    if !fields.nodeNames.isEmpty { all.append(.nodeNames(try NamePattern.nodeNames(fields.nodeNames))) }
    if !fields.nodeLabels.isEmpty { all.append(.nodeLabels(try selectors(fields.nodeLabels))) }
    all += try messageConstraints(of: fields)
    return all
  }

  private static func constraints(
    of end: FlowFilterFields.End, _ which: FlowEnd
  ) throws(FlowFilterError) -> [Constraint] {
    var all: [Constraint] = []
    if !end.identities.isEmpty { all.append(.identities(which, end.identities)) }
    if !end.ports.isEmpty {
      all.append(.ports(which, try end.ports.map { value throws(FlowFilterError) in try port(value) }))
    }
    if !end.addresses.isEmpty { all.append(.addresses(which, try blocks(end.addresses))) }
    if !end.pods.isEmpty { all.append(.pods(which, try names(end.pods))) }
    if !end.services.isEmpty { all.append(.services(which, try names(end.services))) }
    if !end.clusterNames.isEmpty {
      guard !end.clusterNames.contains("") else { throw FlowFilterError("a cluster's name cannot be empty") }
      all.append(.clusters(which, end.clusterNames))
    }
    if !end.workloads.isEmpty { all.append(.workloads(which, end.workloads)) }
    if !end.labels.isEmpty { all.append(.labels(which, try selectors(end.labels))) }
    if !end.fqdns.isEmpty { all.append(.fqdns(which, try NamePattern.fqdns(end.fqdns))) }
    return all
  }

  private static func messageConstraints(of fields: FlowFilterFields) throws(FlowFilterError) -> [Constraint] {
    var all: [Constraint] = []
    if !fields.httpStatusCodes.isEmpty { all.append(try statusCodes(fields.httpStatusCodes)) }
    if !fields.httpMethods.isEmpty { all.append(.methods(fields.httpMethods.map { $0.uppercased() })) }
    if !fields.httpHeaders.isEmpty { all.append(.headers(fields.httpHeaders)) }
    if !fields.httpPaths.isEmpty { all.append(.paths(try expressions(fields.httpPaths))) }
    if !fields.httpURLs.isEmpty { all.append(.urls(try expressions(fields.httpURLs))) }
    if !all.isEmpty, !fields.eventTypes.isEmpty,
      !fields.eventTypes.contains(where: { $0.type == Flow.EventType.Number.accessLog })
    {
      throw FlowFilterError("filters on HTTP match l7 events only, which --type leaves out")
    }
    if !fields.dnsQueries.isEmpty { all.append(.dnsQueries(try expressions(fields.dnsQueries))) }
    return all
  }

  private static func port(_ text: String) throws(FlowFilterError) -> UInt16 {
    guard let port = UInt16(text), text.utf8.allSatisfy(\.isDecimalDigit) else {
      throw FlowFilterError("\"\(text)\" is not a port from 0 to 65535")
    }
    return port
  }

  private static func blocks(_ texts: [String]) throws(FlowFilterError) -> [IPPrefix] {
    try texts.map { text throws(FlowFilterError) in
      if text.utf8.contains(UInt8(ascii: "/")) {
        guard let block = IPPrefix(text) else { throw FlowFilterError("\"\(text)\" is not an address block (CIDR)") }
        return block
      }
      guard let address = IPAddress(text) else { throw FlowFilterError("\"\(text)\" is not an IP address") }
      return IPPrefix(host: address)
    }
  }

  private static func names(_ texts: [String]) throws(FlowFilterError) -> [NamePattern] {
    try texts.map { text throws(FlowFilterError) in try NamePattern(text) }
  }

  private static func selectors(_ texts: [String]) throws(FlowFilterError) -> [LabelFilter] {
    try texts.map { text throws(FlowFilterError) in try LabelFilter(text) }
  }

  private static func expressions(_ texts: [String]) throws(FlowFilterError) -> [RegularExpression] {
    try texts.map { text throws(FlowFilterError) in try RegularExpression(text) }
  }

  private static func statusCodes(_ texts: [String]) throws(FlowFilterError) -> Constraint {
    var exact: [String] = []
    var prefixes: [String] = []
    for text in texts {
      let digits = text.hasSuffix("+") ? text.dropLast() : text[...]
      guard let first = digits.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "5")).contains(first),
        digits.utf8.allSatisfy(\.isDecimalDigit), text.hasSuffix("+") ? digits.utf8.count <= 2 : digits.utf8.count == 3
      else { throw FlowFilterError("\"\(text)\" is neither an HTTP status such as 403 nor a prefix such as 4+") }
      if text.hasSuffix("+") { prefixes.append(String(digits)) } else { exact.append(text) }
    }
    return .statusCodes(exact: exact, prefixes: prefixes)
  }
}
