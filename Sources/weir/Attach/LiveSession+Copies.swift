import Dataplane
import Flow
import Kernel
import Manifest
import Names
import Packet
import Proxy
import Tables

/// Packets that proxies would have read: they pass, and what they say is reported, names are learnt from it, and
/// connections for refused servers are ended where that was asked for.
extension LiveSession {
  /// A copy that outlives the kernel's buffer.
  struct HeldCopy {
    var packet: PacketCopy
    var frame: [UInt8]
  }

  /// Copies taken from the kernel at a time.
  private static var copiesBatch: Int { 64 }

  /// Reads, judges and follows what has gathered.
  ///
  /// - Returns: whether there may be more.
  mutating func takeCopies() throws(KernelError) -> Bool {
    let copies = try heldCopies(limit: Self.copiesBatch)
    for copy in copies { try follow(try judge(copy)) }
    return copies.count == Self.copiesBatch
  }

  /// - Parameter limit: at most so many; by default more than the kernel's buffer can hold.
  func heldCopies(limit: Int = 1 << 16) throws(KernelError) -> [HeldCopy] {
    var copies: [HeldCopy] = []
    _ = try datapath.readCopies(limit: limit) { packet, frame in
      copies.append(HeldCopy(packet: packet, frame: Array(frame)))
    }
    return copies
  }

  /// Does to a packet what a proxy would have done, as far as one that only looks on can.
  ///
  /// - Returns: what it teaches.
  mutating func judge(_ copy: HeldCopy) throws(KernelError) -> [NameCache.Change] {
    let packet = copy.packet
    let headers = copy.frame.withUnsafeBytes {
      PacketHeaders(dissecting: $0, linkType: .ethernet, originalLength: packet.length)
    }
    let half = Int(packet.generation & 1)
    let verdict = sets[half].named(packet.verdict, headers)
    guard Proxies.concerns(verdict) else { return [] }
    let outcome = copy.frame.withUnsafeBytes { bytes in
      proxies.judge(
        Proxies.Packet(
          headers: headers, bytes: bytes, originalLength: packet.length,
          timestamp: Int64(clamping: packet.nanoseconds) + nameClockOffset), verdict)
    }
    if !proxies.events.isEmpty {
      let time = Int64(clamping: packet.nanoseconds) + clockOffset
      let flows = sets[half].flows(
        of: proxies.events, isReply: outcome.isReply, headers, verdict, names, at: time)
      for flow in flows { show(flow) }
    }
    if headers.protocolNumber == 6 { try mark(packet.connection, outcome) }
    return names.learn(proxies.answers)
  }

  private mutating func mark(_ connection: ProxiedConnection, _ outcome: ProxyOutcome) throws(KernelError) {
    if outcome.refusesServerName, setup.enforcesServerNames {
      try datapath.mark(connection, .refused)
      metrics.refusedConnections += 1
    } else if outcome.isSettled, !outcome.followsRefusal {
      try datapath.mark(connection, .settled)
    }
  }

  // MARK: Names

  /// Lets everything follow what names stand for now.
  mutating func follow(_ changes: [NameCache.Change]) throws(KernelError) {
    guard !changes.isEmpty else { return }
    for effect in names.follow(changes, &proxies) {
      guard case .changed(let delta) = effect, try datapath.follow(delta) else { return try loadAnew() }
      sets[Int(datapath.generation & 1)].follow(delta, names.lookup, generation: datapath.generation)
    }
  }

  /// Loads the tables as they are now, where they cannot be followed in place.
  private mutating func loadAnew() throws(KernelError) {
    let fitted: (tables: Tables, endpoint: Int?)
    do throws(LiveSetup.Unfit) {
      fitted = try setup.fit(names.wholeTables())
    } catch {
      return setup.console.report(Diagnostic(.error, at: nil, "names that were learnt have no effect: \(error.reason)"))
    }
    try replace(fitted, policyCount: currentSet.policyCount, spareEntries: LiveSetup.spareEntries)
    proxies.replaceTables(fitted.tables)
  }

  /// Forgets names whose time is up, unless connections still use their addresses.
  mutating func forgetNames(at now: Int64) throws(KernelError) {
    let time = now + nameClockOffset
    guard names.isDue(at: time) else { return }
    let connections = try datapath.openedConnections()
    try follow(
      names.advance(to: time) { _, mark in for connection in connections { mark(connection.endpoint, connection.peer) }
      })
  }

  /// Says how many copies found the kernel's buffer full.
  mutating func reportLostCopies() throws(KernelError) {
    let lost = try datapath.lostCopies()
    guard lost > metrics.lostCopies else { return }
    setup.console.report(
      Diagnostic(
        .warning, at: nil, "\(lost - metrics.lostCopies) copies of packets for layer 7 were lost",
        hint: "names and requests in them were not seen", identifier: "copies-lost"))
    metrics.lostCopies = lost
  }
}
