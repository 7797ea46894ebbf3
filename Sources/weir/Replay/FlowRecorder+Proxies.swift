import Dataplane
import Flow
import Packet
import Proxy
import Rules

/// Events of proxies, as Cilium's access log gives them to Hubble (`hubble-output.md` §4).
extension FlowRecorder {
  /// Gives the events of proxies to `sink`, behind those of the packet that gave rise to them.
  ///
  /// - Parameter isReply: the packet goes from the server to the client.
  mutating func record<Sink: FlowSink & ~Copyable>(
    _ events: [ProxyEvent], isReply: Bool, _ headers: PacketHeaders, _ verdict: PacketVerdict,
    tunnel: Flow.Tunnel?, at time: Int64, to sink: inout Sink
  ) throws(Sink.Failure) {
    var base = flow(of: headers, verdict, tunnel: tunnel, at: time)
    base.ethernet = nil
    base.l4 = base.l4?.withoutFlags
    base.type = .l7
    base.eventType = .accessLog
    let (client, server) =
      isReply
      ? (verdict.destinationEndpoint, verdict.sourceEndpoint) : (verdict.sourceEndpoint, verdict.destinationEndpoint)
    for event in events {
      var flow = base
      // The proxy's own answer goes against the packet that it answers.
      if event.isResponse != isReply { flow.turnRound() }
      flow.isReply = event.isResponse
      flow.verdict = event.isDropped ? .dropped : .forwarded
      flow.trafficDirection = event.direction == .egress ? .egress : .ingress
      flow.observer = directory.observer(at: event.direction == .egress ? client : server)
      var layer7 = Flow.Layer7(
        type: event.isResponse ? .response : .request, latencyNanoseconds: UInt64(event.latency))
      switch event.content {
      case .http(let content):
        layer7.record = .http(Flow.HTTP(content))
        if let traceID = content.traceID { flow.traceID = traceID }
      case .dns(let content): layer7.record = .dns(Flow.DNS(content))
      case .kafka(let content): layer7.record = .kafka(Flow.Kafka(content))
      case .connection(let text): flow.summary = .text(text)
      }
      flow.l7 = layer7
      try give(flow, to: &sink)
    }
  }
}

extension Flow {
  /// Exchanges the ends.
  fileprivate mutating func turnRound() {
    swap(&sharedSource, &sharedDestination)
    if let ip { self.ip = IP(source: ip.destination, destination: ip.source) }
    l4 = l4?.turnedRound
    let (sourceNames, destinationNames) = (self.sourceNames, self.destinationNames)
    if !sourceNames.isEmpty || !destinationNames.isEmpty {
      self.sourceNames = destinationNames
      self.destinationNames = sourceNames
    }
    let (source, destination) = (self.sourceService, self.destinationService)
    guard source != nil || destination != nil else { return }
    self.sourceService = destination
    self.destinationService = source
  }
}

extension Flow.Layer4 {
  /// A proxy's log has no TCP flags.
  fileprivate var withoutFlags: Flow.Layer4 {
    guard case .tcp(let tcp) = self else { return self }
    return .tcp(.init(source: tcp.source, destination: tcp.destination))
  }

  fileprivate var turnedRound: Flow.Layer4 {
    switch self {
    case .tcp(let tcp): .tcp(.init(source: tcp.destination, destination: tcp.source, flags: tcp.flags))
    case .udp(let ports): .udp(.init(source: ports.destination, destination: ports.source))
    case .sctp(let ports): .sctp(.init(source: ports.destination, destination: ports.source))
    default: self
    }
  }
}

extension HTTPContent {
  /// The trace of the request's `traceparent` header (W3C Trace Context §3.2).
  fileprivate var traceID: String? {
    guard let header = headers.first(where: { $0.name == "Traceparent" }) else { return nil }
    let fields = header.value.split(separator: "-")
    return fields.count >= 4 && fields[1].count == 32 ? String(fields[1]) : nil
  }
}

extension Flow.HTTP {
  fileprivate init(_ content: HTTPContent) {
    self.init(
      code: UInt32(clamping: content.code), method: content.method, url: content.url, version: content.version,
      headers: content.headers.map { .init(key: $0.name, value: $0.value) })
  }
}

extension Flow.DNS {
  fileprivate init(_ content: DNSContent) {
    self.init(
      query: content.query, addresses: content.addresses, ttl: content.timeToLive, cnames: content.aliases,
      rcode: UInt32(clamping: content.code), queryTypes: content.types, resourceRecordTypes: content.recordTypes)
  }
}

extension Flow.Kafka {
  fileprivate init(_ content: KafkaContent) {
    self.init(
      apiVersion: Int32(content.apiVersion), apiKey: content.apiKey, correlationID: content.correlationID,
      topic: content.topic)
  }
}
