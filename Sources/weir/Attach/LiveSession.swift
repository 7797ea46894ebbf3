import Flow
import Glibc
import Kernel
import Manifest
import Proxy

/// A running `weir attach`: takes events from the kernel, prints and counts them, and looks after everything else in
/// between, never waiting for anybody.
struct LiveSession: ~Copyable {
  /// Why it is over.
  enum Ending {
    case signal
    /// Nobody reads the events any more, or as many as wanted were printed.
    case enough
    case cannotWrite(Int32)
    case detached
    case interfaceIsGone
  }

  /// What to run, made beforehand.
  struct Parts: ~Copyable {
    var datapath: Datapath
    var names: NameStage
    var proxies: Proxies
    var attachment: InterfaceAttachment
    var signals: SignalQueue
    var server: MetricsServer?
    var output: EventOutput
  }

  var datapath: Datapath
  var names: NameStage
  var proxies: Proxies
  /// By the lowest bit of their generation: those in force, and those before, of which events may still come.
  var sets: [TableSet]
  var metrics = LiveMetrics()
  let setup: LiveSetup
  var reload: PolicyReload?
  /// Asked for while another was under way.
  var wantsReload = false

  private var attachment: InterfaceAttachment?
  let interface: NetworkInterface
  private var output: EventOutput
  private var selector: FlowSelector
  private let signals: SignalQueue
  private var server: MetricsServer?
  private var watch: PolicyWatch
  /// Of each processor, as far as shown.
  private var lost: [UInt64] = []
  /// What the wall clock is ahead of the kernel's.
  private(set) var clockOffset: Int64
  /// What it was at first: lifetimes of names do not follow a clock that is set.
  let nameClockOffset: Int64
  private var nextUpkeep: Int64 = 0
  private var events: UInt64 = 0

  /// Events taken from the kernel at a time.
  private static let batch = 256
  /// More than the kernel's buffer can hold.
  private static let allEvents = 1 << 16
  /// The longest that an event may lie in the buffer, in milliseconds: the program does not wake its reader.
  private static let rest: Int32 = 10

  init(_ parts: consuming Parts, _ set: TableSet, _ setup: LiveSetup, _ selection: FlowSelection) {
    interface = parts.attachment.interface
    datapath = parts.datapath
    names = parts.names
    proxies = parts.proxies
    attachment = consume parts.attachment
    signals = parts.signals
    server = parts.server
    output = parts.output
    sets = [set, set]
    self.setup = setup
    selector = FlowSelector(selection)
    watch = PolicyWatch(setup.watches ? setup.input.filenames : [])
    clockOffset = Self.clockOffset
    nameClockOffset = clockOffset
  }

  /// Goes on until something ends it.
  mutating func run() throws(KernelError) -> Ending {
    while true {
      let hasCopies = try takeCopies()
      let taken = output.isFull ? 0 : try takeEvents(limit: Self.batch)
      output.write()
      if let number = output.failure { return .cannotWrite(number) }
      if output.readerIsGone || selector.isSatisfied { return .enough }
      wait(hasCopies || taken == Self.batch ? 0 : Self.rest)
      while let signal = signals.next() {
        guard signal == SIGHUP else { return .signal }
        wantsReload = true
      }
      if let outcome = reload?.take() {
        reload = nil
        try adopt(outcome)
      }
      startReload()
      try serveMetrics()
      if let ending = try upkeep() { return ending }
    }
  }

  /// Detaches, prints what is left, and says what there was.
  mutating func finish() throws(KernelError) {
    attachment = nil
    while try takeCopies() {}
    _ = try takeEvents(limit: Self.allEvents)
    try reportLost()
    for event in kept() { output.print(event) }
    output.finish(patience: 1000)
    let totals = try datapath.totals()
    let dropped = totals.reduce(0) { $0 + $1.dropFirst().reduce(0) { $0 + $1.packets } }
    let judged = totals.reduce(dropped) { $0 + ($1.first?.packets ?? 0) }
    setup.console.say(
      "detached from \(interface.name): \(judged) packets judged, \(setup.drops ? String(dropped) : "none") dropped; "
        + "\(events) events, \(lost.reduce(0, +)) packets' events lost")
  }

  // MARK: Events

  /// Reads, names, counts and prints events.
  ///
  /// - Returns: how many packets they were of.
  mutating func takeEvents(limit: Int) throws(KernelError) -> Int {
    var batch: [(event: DatapathEvent, end: Int)] = []
    var bytes: [UInt8] = []
    let count = try datapath.readEvents(limit: limit) { event, frame in
      bytes.append(contentsOf: frame)
      batch.append((event, bytes.count))
    }
    var start = 0
    for (event, end) in batch {
      let time = Int64(clamping: event.nanoseconds) + clockOffset
      let flows = bytes[start..<end].withUnsafeBytes { frame in
        sets[Int(event.generation & 1)].flows(of: event, frame, names, at: time)
      }
      start = end
      for flow in flows { show(flow) }
    }
    return count
  }

  /// Takes all events that there are: the next tables take the place of those before the present ones.
  mutating func drainEvents() throws(KernelError) {
    _ = try takeEvents(limit: Self.allEvents)
    output.write()
  }

  mutating func show(_ flow: Flow) {
    events += 1
    metrics.flows.count(flow)
    guard !output.isFull else { return countUnprinted() }
    if selector.selection.isEverything { return output.print(FlowEvent(flow)) }
    var wanted: [FlowEvent] = []
    selector.take(FlowEvent(flow)) { wanted.append($0) }
    for event in wanted { output.print(event) }
  }

  private var unprinted: UInt64 = 0
  private mutating func countUnprinted() {
    unprinted += 1
    metrics.flows.countLost(1)
  }

  /// Events that were only to be shown at the end.
  private mutating func kept() -> [FlowEvent] {
    var events: [FlowEvent] = []
    selector.finish { events.append($0) }
    return events
  }

  // MARK: What comes up in between

  private func wait(_ milliseconds: Int32) {
    var requests: [pollfd] = []
    switch server {
    case .some(let server): requests += server.requests
    case nil: break
    }
    let copies = datapath.copiesDescriptor
    if copies >= 0 { requests.append(pollfd(fd: copies, events: Int16(POLLIN), revents: 0)) }
    if output.isPending { requests.append(pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)) }
    poll(&requests, nfds_t(requests.count), milliseconds)
  }

  private mutating func serveMetrics() throws(KernelError) {
    guard server != nil else { return }
    let (set, counters) = (currentSet, names.counters)
    var failure: KernelError?
    server?.serve {
      do throws(KernelError) {
        return try metrics.text(datapath, set, counters)
      } catch {
        failure = error
        return []
      }
    }
    if let failure { throw failure }
  }

  /// What is due once a second.
  private mutating func upkeep() throws(KernelError) -> Ending? {
    let now = Self.now(CLOCK_MONOTONIC)
    guard now >= nextUpkeep else { return nil }
    nextUpkeep = now + 1_000_000_000
    guard interface.exists else { return .interfaceIsGone }
    let isWhole = attachment?.isWhole ?? false
    guard isWhole else { return .detached }
    clockOffset = Self.clockOffset
    try reportLost()
    try reportLostCopies()
    try forgetNames(at: now)
    server?.age()
    if watch.hasChanged() { wantsReload = true }
    return nil
  }

  /// Shows which events found the kernel's buffer full, or the reader not reading.
  private mutating func reportLost() throws(KernelError) {
    let counts = try datapath.lostEvents()
    if lost.isEmpty { lost = counts.map { _ in 0 } }
    let time = Self.now(CLOCK_REALTIME)
    for (processor, count) in counts.enumerated() where count > lost[processor] {
      let more = count - lost[processor]
      lost[processor] = count
      metrics.flows.countLost(more)
      report(LostEvents(source: .perfEventRingBuffer, count: more, cpu: Int32(processor), last: time), at: time)
    }
    guard unprinted > 0, !output.isFull else { return }
    report(LostEvents(source: .observerEventsQueue, count: unprinted, last: time), at: time)
    unprinted = 0
  }

  private mutating func report(_ lost: LostEvents, at time: Int64) {
    setup.console.report(
      Diagnostic(.warning, at: nil, "\(lost.count) events were lost", identifier: "events-lost"))
    // With filters, hubble shows no lost events either.
    if selector.selection.allow.isEmpty, selector.selection.last == nil {
      output.print(FlowEvent(.lostEvents(lost), nodeName: "", time: time))
    }
  }

  // MARK: Clocks

  private static func now(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static var clockOffset: Int64 { now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC) }
}
