/// Writes events as the JSON of `observer.GetFlowsResponse`: fields in the order of their declaration, zero values left
/// out, 64-bit numbers as strings, enumerations by name. This is what `hubble observe -o jsonpb` prints.
///
/// Most of a line was written before, in another order: what ends, nodes, policies and kinds of events look like is kept.
struct FlowJSONWriter: ~Copyable {
  private var ends = FragmentCache<FlowEndpoint>()
  private var observers = FragmentCache<Flow.Observer>(parts: FlowJSON.ObserverPart.allCases.count)
  private var events = FragmentCache<Flow.Attribution>(parts: FlowJSON.EventPart.allCases.count)
  private var flags = FlagTexts()
  private var clock = ClockText()

  mutating func write(_ event: FlowEvent, to bytes: inout OutputBuffer) {
    switch event.content {
    case .flow(let flow):
      bytes.append("{\"flow\":{")
      _ = writeFields(of: flow, to: &bytes)
    case .lostEvents(let lost):
      bytes.append("{\"lost_events\":{")
      FlowJSON.write(lost, to: &bytes)
    case .nodeStatus(let status):
      bytes.append("{\"node_status\":{")
      FlowJSON.write(status, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
    bytes.member("\"node_name\":", text: event.nodeName)
    write("\"time\":", event.time, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  /// The flow in its envelope, which repeats node and time.
  mutating func write(_ flow: borrowing Flow, to bytes: inout OutputBuffer) {
    bytes.append("{\"flow\":{")
    let observer = writeFields(of: flow, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    observers.append(FlowJSON.ObserverPart.envelope.rawValue, of: observer, to: &bytes)
    write("\"time\":", flow.time, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  @inline(__always)
  private mutating func write(_ name: StaticString, _ time: Int64?, to bytes: inout OutputBuffer) {
    guard let time else { return }
    bytes.member(name)
    bytes.append(UInt8(ascii: "\""))
    clock.write(time, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// - Returns: the place of the texts of the flow's observer.
  private mutating func writeFields(of flow: borrowing Flow, to bytes: inout OutputBuffer) -> Int {
    let isPlain = flow.details.isSame(as: Flow.Details.none)
    let observer =
      observers.find(flow.observer)
      ?? observers.insert(flow.observer) { [content = flow.observer.content] part, bytes in
        FlowJSON.write(FlowJSON.ObserverPart(rawValue: part), of: content, to: &bytes)
      }
    let event = place(ofEvent: flow)

    write("\"time\":", flow.time, to: &bytes)
    if let uuid = flow.uuid {
      bytes.member("\"uuid\":\"")
      uuid.write(to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
    observers.append(FlowJSON.ObserverPart.emitter.rawValue, of: observer, to: &bytes)
    write(.verdict, of: flow, at: event, to: &bytes)
    writeHeaders(of: flow, isPlain, to: &bytes)
    bytes.member("\"source\":{")
    writeEnd(flow.sharedSource, to: &bytes)
    bytes.append("},\"destination\":{")
    writeEnd(flow.sharedDestination, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    write(.kind, of: flow, at: event, to: &bytes)
    observers.append(FlowJSON.ObserverPart.node.rawValue, of: observer, to: &bytes)
    if !isPlain { FlowJSON.writeNamesAndMessage(flow.details.content, to: &bytes) }
    write(.type, of: flow, at: event, to: &bytes)
    if !isPlain { FlowJSON.writeServices(flow.details.content, to: &bytes) }
    write(.place, of: flow, at: event, to: &bytes)
    if !isPlain { FlowJSON.writeTraceID(flow.details.content, to: &bytes) }
    write(.outcome, of: flow, at: event, to: &bytes)
    if !isPlain { FlowJSON.writePlace(flow.details.content, to: &bytes) }
    writeSummary(of: flow, isPlain, to: &bytes)
    if !isPlain { FlowJSON.write(flow.details.content.extensions, to: &bytes) }
    write(.policies, of: flow, at: event, to: &bytes)
    return observer
  }

  @inline(__always)
  private mutating func writeEnd(_ end: borrowing SharedValue<FlowEndpoint>, to bytes: inout OutputBuffer) {
    let place =
      ends.find(end)
      ?? ends.insert(copy end) { [content = end.content] _, bytes in FlowJSON.write(content, to: &bytes) }
    ends.append(0, of: place, to: &bytes)
  }

  /// The link layer's to the transport's.
  private mutating func writeHeaders(of flow: borrowing Flow, _ isPlain: Bool, to bytes: inout OutputBuffer) {
    if let ethernet = flow.ethernet {
      bytes.member("\"ethernet\":{\"source\":\"")
      bytes.append(mac: ethernet.source)
      bytes.append("\",\"destination\":\"")
      bytes.append(mac: ethernet.destination)
      bytes.append("\"}")
    }
    if let ip = flow.ip { FlowJSON.write(ip, to: &bytes) }
    switch flow.l4 {
    case .tcp(let tcp):
      bytes.member("\"l4\":{\"TCP\":{")
      FlowJSON.write(Flow.Ports(source: tcp.source, destination: tcp.destination), to: &bytes)
      if let set = tcp.flags {
        bytes.member("\"flags\":{")
        flags.writeNames(set, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
      }
      bytes.append("}}")
    case .some(let l4): FlowJSON.write(l4, to: &bytes)
    case nil: break
    }
    if !isPlain, let tunnel = flow.details.content.tunnel { FlowJSON.write(tunnel, to: &bytes) }
  }

  private mutating func writeSummary(of flow: borrowing Flow, _ isPlain: Bool, to bytes: inout OutputBuffer) {
    guard case .derived = flow.summary, isPlain, case .tcp(let tcp) = flow.l4 else {
      return FlowJSON.writeSummary(of: flow, isPlain, to: &bytes)
    }
    bytes.append(",\"Summary\":\"")
    flags.writeSummary(tcp.flags ?? [], to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  // MARK: Kinds of events

  /// Where the texts of an event of this kind are; nil where its numbers are none that Cilium has.
  private mutating func place(ofEvent flow: borrowing Flow) -> Int? {
    guard let variant = FlowJSON.variant(of: flow) else { return nil }
    if let place = events.find(flow.attribution, variant: variant) { return place }
    return events.insert(flow.attribution, variant: variant) { [flow = copy flow] part, bytes in
      FlowJSON.write(FlowJSON.EventPart(rawValue: part), of: flow, to: &bytes)
    }
  }

  @inline(__always)
  private func write(
    _ part: FlowJSON.EventPart, of flow: borrowing Flow, at place: Int?, to bytes: inout OutputBuffer
  ) {
    if let place { return events.append(part.rawValue, of: place, to: &bytes) }
    FlowJSON.write(part, of: flow, to: &bytes)
  }
}
