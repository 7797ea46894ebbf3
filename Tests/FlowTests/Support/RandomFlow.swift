import Addresses

@testable import Flow

/// A generator of numbers that gives the same ones for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// Flows with every field set to something, often enough.
struct RandomFlows {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
  private mutating func coin() -> Bool { Bool.random(using: &generator) }
  private mutating func word32() -> UInt32 { UInt32.random(in: .min ... .max, using: &generator) }
  private mutating func port() -> UInt16 { UInt16.random(in: .min ... .max, using: &generator) }

  private mutating func maybe<Value>(_ make: (inout Self) -> Value) -> Value? { coin() ? make(&self) : nil }

  private mutating func any<Value: CaseIterable>(_: Value.Type) -> Value where Value.AllCases == [Value] {
    let all = Value.allCases
    return all[number(0..<all.count)]
  }

  /// Texts with everything that needs care in JSON.
  private mutating func text() -> String {
    let alphabet = Array("abc/:=.-09 \"\\\n\r\t\u{1}\u{1b}\u{7f}<>&äß→𝄞\u{2028}\u{2029}\u{fffd}é").map(String.init)
    return (0..<number(0..<12)).map { _ in alphabet[number(0..<alphabet.count)] }.joined()
  }

  private mutating func texts() -> [String] { (0..<number(0..<3)).map { _ in text() } }

  private mutating func address() -> IPAddress {
    coin()
      ? IPAddress(ipv4: word32())
      : IPAddress(ipv6High: UInt64(word32()), low: UInt64.random(in: .min ... .max, using: &generator))
  }

  private mutating func endpoint() -> FlowEndpoint {
    FlowEndpoint(
      id: coin() ? 0 : word32(), identity: word32(), clusterName: text(), namespace: text(), labels: texts(),
      podName: text(),
      workloads: (0..<number(0..<3)).map { _ in FlowEndpoint.Workload(name: text(), kind: text()) })
  }

  private mutating func ip() -> Flow.IP {
    Flow.IP(
      source: address(), destination: address(), translatedSource: maybe { $0.address() }, encrypted: coin())
  }

  private mutating func layer4() -> Flow.Layer4 {
    switch number(0..<7) {
    case 0:
      .tcp(
        Flow.TCP(
          source: port(), destination: port(), flags: maybe { Flow.TCPFlags(rawValue: $0.port() & 0x1ff) }))
    case 1: .udp(Flow.Ports(source: port(), destination: port()))
    case 2: .sctp(Flow.Ports(source: port(), destination: port()))
    case 3: .icmpv4(Flow.ICMP(type: UInt8(number(0..<256)), code: UInt8(number(0..<256))))
    case 4: .icmpv6(Flow.ICMP(type: UInt8(number(0..<256)), code: UInt8(number(0..<256))))
    case 5: .vrrp(Flow.VRRP(type: word32(), routerID: word32(), priority: word32()))
    default: .igmp(Flow.IGMP(type: word32(), group: maybe { $0.address() }))
    }
  }

  private mutating func layer7() -> Flow.Layer7 {
    let record: Flow.Layer7.Record
    switch number(0..<4) {
    case 0:
      record = .dns(
        Flow.DNS(
          query: text(), addresses: texts(), ttl: word32(), cnames: texts(), observationSource: text(),
          rcode: UInt32(number(0..<20)), queryTypes: texts(), resourceRecordTypes: texts()))
    case 1:
      record = .http(
        Flow.HTTP(
          code: UInt32(number(0..<600)), method: text(), url: text(), version: text(),
          headers: (0..<number(0..<3)).map { _ in Flow.HTTP.Header(key: text(), value: text()) }))
    case 2:
      record = .kafka(
        Flow.Kafka(
          errorCode: Int32(number(-5..<5)), apiVersion: Int32(number(0..<9)), apiKey: text(),
          correlationID: Int32(bitPattern: word32()), topic: text()))
    default: record = .none
    }
    return Flow.Layer7(
      type: any(Flow.Layer7.MessageType.self), latencyNanoseconds: UInt64(word32()) << 20, record: record)
  }

  private mutating func policies() -> [Flow.Policy] {
    (0..<number(0..<3)).map { _ in
      Flow.Policy(name: text(), namespace: text(), labels: texts(), revision: UInt64(word32()), kind: text())
    }
  }

  private mutating func extensions() -> Flow.Extensions {
    switch number(0..<3) {
    case 0: .none
    case 1: .text(text())
    default:
      .fields([
        Flow.Field(
          text(),
          .list([.null, .bool(coin()), .number(Double(word32()) / 8), .text(text()), .object([])]))
      ])
    }
  }

  mutating func next() -> Flow {
    var flow = Flow()
    flow.time = maybe { Int64(bitPattern: $0.generator.next() >> 1) }
    flow.uuid = maybe { FlowUUID(high: $0.generator.next(), low: $0.generator.next()) }
    flow.emitter = maybe { Flow.Emitter(name: $0.text(), version: $0.text()) }
    flow.verdict = any(Flow.Verdict.self)
    flow.dropReason = Flow.DropReason(rawValue: UInt32(coin() ? 0 : number(120..<220)))
    flow.authType = any(Flow.AuthType.self)
    flow.ethernet = maybe { Flow.Ethernet(source: $0.generator.next(), destination: $0.generator.next()) }
    flow.ip = maybe { $0.ip() }
    flow.l4 = maybe { $0.layer4() }
    flow.tunnel = maybe {
      Flow.Tunnel(
        encapsulation: $0.any(Flow.Tunnel.Encapsulation.self), ip: $0.maybe { $0.ip() }, l4: $0.maybe { $0.layer4() },
        vni: $0.word32())
    }
    flow.source = endpoint()
    flow.destination = endpoint()
    flow.type = any(Flow.Kind.self)
    flow.nodeName = text()
    flow.nodeLabels = texts()
    flow.sourceNames = texts()
    flow.destinationNames = texts()
    flow.l7 = maybe { $0.layer7() }
    flow.isReply = maybe { $0.coin() }
    flow.eventType = Flow.EventType(type: Int32(number(0..<131)), subType: Int32(number(0..<256)))
    flow.sourceService = maybe { Flow.Service(name: $0.text(), namespace: $0.text()) }
    flow.destinationService = maybe { Flow.Service(name: $0.text(), namespace: $0.text()) }
    flow.trafficDirection = any(Flow.Direction.self)
    flow.policyMatchType = Flow.PolicyMatchType(rawValue: UInt32(number(0..<9)))
    flow.traceObservationPoint = any(Flow.TraceObservationPoint.self)
    flow.traceReason = any(Flow.TraceReason.self)
    setRest(of: &flow)
    return flow
  }

  private mutating func setRest(of flow: inout Flow) {
    flow.file = maybe { Flow.FileInfo(name: $0.text(), line: $0.word32()) }
    flow.ipTraceID = maybe { Flow.IPTraceID(traceID: $0.generator.next(), ipOptionType: $0.word32()) }
    flow.debugCapturePoint = any(Flow.DebugCapturePoint.self)
    flow.interface = maybe { Flow.Interface(index: $0.word32(), name: $0.text()) }
    flow.proxyPort = UInt32(port())
    flow.traceID = text()
    flow.socketTranslationPoint = any(Flow.SocketTranslationPoint.self)
    flow.socketCookie = generator.next()
    flow.cgroupID = generator.next()
    let summary = text()
    flow.summary = summary.isEmpty ? .none : .text(summary)
    flow.extensions = extensions()
    flow.egressAllowedBy = policies()
    flow.ingressAllowedBy = policies()
    flow.egressDeniedBy = policies()
    flow.ingressDeniedBy = policies()
    flow.policyLog = texts()
  }
}
