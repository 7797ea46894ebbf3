/// Keeps a JSON line shorter than what hubble's line reader accepts.
///
/// A line that is too long loses headers first, then the ends of its long texts and lists. Nothing says so inside the
/// line but the `…` at the end of a text that was cut.
enum LineLimit {
  /// The reader ends its run at a line of more than 65,535 bytes.
  static let longest = 65_534

  /// Appends the flow and a newline, in an envelope that repeats its node and time.
  static func write(_ flow: borrowing Flow, _ writer: inout FlowJSONWriter, to bytes: inout OutputBuffer) {
    let start = bytes.count
    writer.write(flow, to: &bytes)
    if bytes.count - start > longest {
      bytes.truncate(to: start)
      return write(copy flow, nodeName: flow.nodeName, time: flow.time, &writer, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Appends the flow in its envelope and a newline.
  static func write(
    _ flow: Flow, nodeName: String, time: Int64?, _ writer: inout FlowJSONWriter, to bytes: inout OutputBuffer
  ) {
    let start = bytes.count
    write(whole: flow, nodeName: nodeName, time: time, &writer, to: &bytes)
    if bytes.count - start > longest {
      var trimmed = flow
      for limit in [4096, 1024, 256, 64] {
        bytes.truncate(to: start)
        trim(&trimmed, to: limit)
        write(whole: trimmed, nodeName: cut(nodeName, to: limit), time: time, &writer, to: &bytes)
        if bytes.count - start <= longest { break }
      }
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func write(
    whole flow: Flow, nodeName: String, time: Int64?, _ writer: inout FlowJSONWriter, to bytes: inout OutputBuffer
  ) {
    if nodeName == flow.nodeName, time == flow.time {
      writer.write(flow, to: &bytes)
    } else {
      writer.write(FlowEvent(.flow(flow), nodeName: nodeName, time: time), to: &bytes)
    }
  }

  /// Cuts every text to `limit` bytes and every list to `limit / 16` elements; below 4096 headers and extensions go.
  static func trim(_ flow: inout Flow, to limit: Int) {
    trim(&flow.source, to: limit)
    trim(&flow.destination, to: limit)
    flow.emitter = flow.emitter.map {
      Flow.Emitter(name: cut($0.name, to: limit), version: cut($0.version, to: limit))
    }
    flow.nodeName = cut(flow.nodeName, to: limit)
    flow.nodeLabels = cut(flow.nodeLabels, to: limit)
    flow.sourceNames = cut(flow.sourceNames, to: limit)
    flow.destinationNames = cut(flow.destinationNames, to: limit)
    flow.sourceService = flow.sourceService.map { cut($0, to: limit) }
    flow.destinationService = flow.destinationService.map { cut($0, to: limit) }
    flow.file = flow.file.map { Flow.FileInfo(name: cut($0.name, to: limit), line: $0.line) }
    flow.interface = flow.interface.map { Flow.Interface(index: $0.index, name: cut($0.name, to: limit)) }
    flow.traceID = cut(flow.traceID, to: limit)
    flow.policyLog = cut(flow.policyLog, to: limit)
    for list in [\Flow.egressAllowedBy, \.ingressAllowedBy, \.egressDeniedBy, \.ingressDeniedBy] {
      flow[keyPath: list] = flow[keyPath: list].prefix(limit / 16).map { cut($0, to: limit) }
    }
    flow.summary = flow.summary == .none ? .none : .text(cut(flow.summaryText, to: limit))
    trimL7(&flow, to: limit)
    if limit < 4096 { flow.extensions = .none }
  }

  private static func trim(_ endpoint: inout FlowEndpoint, to limit: Int) {
    endpoint.clusterName = cut(endpoint.clusterName, to: limit)
    endpoint.namespace = cut(endpoint.namespace, to: limit)
    endpoint.podName = cut(endpoint.podName, to: limit)
    endpoint.labels = cut(endpoint.labels, to: limit)
    endpoint.workloads = endpoint.workloads.prefix(limit / 16).map {
      FlowEndpoint.Workload(name: cut($0.name, to: limit), kind: cut($0.kind, to: limit))
    }
  }

  private static func trimL7(_ flow: inout Flow, to limit: Int) {
    switch flow.l7?.record {
    case .http(var http):
      http.method = cut(http.method, to: limit)
      http.url = cut(http.url, to: limit)
      http.version = cut(http.version, to: limit)
      http.headers =
        limit < 4096
        ? []
        : http.headers.prefix(64).map {
          Flow.HTTP.Header(key: cut($0.key, to: 128), value: cut($0.value, to: 256))
        }
      flow.l7?.record = .http(http)
    case .dns(var dns):
      dns.query = cut(dns.query, to: limit)
      dns.addresses = cut(dns.addresses, to: limit)
      dns.cnames = cut(dns.cnames, to: limit)
      dns.observationSource = cut(dns.observationSource, to: limit)
      dns.queryTypes = cut(dns.queryTypes, to: limit)
      dns.resourceRecordTypes = cut(dns.resourceRecordTypes, to: limit)
      flow.l7?.record = .dns(dns)
    case .kafka(var kafka):
      kafka.apiKey = cut(kafka.apiKey, to: limit)
      kafka.topic = cut(kafka.topic, to: limit)
      flow.l7?.record = .kafka(kafka)
    case .some(.none), nil:
      return
    }
  }

  private static func cut(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + "…"
  }

  private static func cut(_ texts: [String], to limit: Int) -> [String] {
    texts.prefix(limit / 16).map { cut($0, to: limit) }
  }

  private static func cut(_ service: Flow.Service, to limit: Int) -> Flow.Service {
    Flow.Service(name: cut(service.name, to: limit), namespace: cut(service.namespace, to: limit))
  }

  private static func cut(_ policy: Flow.Policy, to limit: Int) -> Flow.Policy {
    Flow.Policy(
      name: cut(policy.name, to: limit), namespace: cut(policy.namespace, to: limit),
      labels: cut(policy.labels, to: limit), revision: policy.revision, kind: cut(policy.kind, to: limit))
  }
}
