/// Finds the connections and ClientHellos in the datagrams of QUIC, on any port.
///
/// Per sender it keeps the keys of Initial packets and what has come of the handshake; bounded, the oldest sender is
/// forgotten for a new one. Packets with a short header cost one look at the first byte.
public struct QUICReader: ~Copyable {
  public enum Event: Sendable, Equatable {
    /// The first packet with a long header and this version from this sender. `packetType` as on the wire, nil for a
    /// version negotiation and for Google's versions.
    case connection(version: String, destinationID: [UInt8], packetType: UInt8?, isGoogle: Bool)
    case clientHello(version: String, TLSClientHello)
    /// Of Google's own handshake, with the server's name, which may be empty.
    case googleHello(version: String, serverName: String)
  }

  /// Senders that are remembered.
  public static let maximumSenders = 1 << 16
  /// Key derivations that may fail per sender: a server's packets, which the client's keys do not open, cost no more.
  public static let maximumFailures = 16
  /// Versions per sender that a `connection` is reported of.
  private static let maximumVersions = 8

  struct Sender {
    var key: StreamKey
    var versions: [UInt32] = []
    var keys: QUICInitialKeys?
    var protection: QUICProtection?
    var failures = 0
    /// The other side has asked for another attempt, which repeats the hello.
    var isRetrying = false
    var crypto = RangeAssembly(limit: TLSClientHello.maximumLength)
    /// Bytes of `crypto` whose messages were read.
    var read = 0
  }

  private var senders: ContiguousArray<Sender> = []
  private var index = StreamIndex()
  private var oldest = 0
  /// Senders that were forgotten for others.
  public private(set) var evictions = 0

  public init() {}

  /// Whether a datagram may begin with a packet that says its version.
  @inline(__always)
  public static func mayConcern(_ datagram: RawSpan) -> Bool {
    guard datagram.byteCount >= 7 else { return false }
    let first = datagram.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    return first & 0x80 != 0
      || first & 0x0b == 0x09
        && datagram.byteCount >= 13 && datagram.unsafeLoad(fromByteOffset: 9, as: UInt8.self) == UInt8(ascii: "Q")
  }

  /// What the datagram tells; empty for those of other protocols.
  public mutating func read(_ datagram: RawSpan, from source: StreamEnd, to destination: StreamEnd) -> [Event] {
    var events: [Event] = []
    if let (version, end) = GoogleQUIC.version(datagram) {
      readGoogle(datagram, version, end, sender(source, destination), &events)
      return events
    }
    var start = 0
    // Packets may be coalesced (RFC 9000, section 12.2).
    while start < datagram.byteCount, let header = QUICLongHeader(datagram, at: start) {
      guard isPlausible(header, datagram, source, destination) else { break }
      let number = sender(source, destination)
      note(header, datagram, number, &events)
      switch header.type {
      case .initial: readInitial(datagram, at: start, header, number, source, destination, &events)
      case .retry, .versionNegotiation:
        if let client = known(destination, source) { senders[client].isRetrying = true }
      case .zeroRTT, .handshake: break
      }
      start = header.end
    }
    return events
  }

  /// A version negotiation has no version to recognise it by: it answers somebody, or lists versions that are known.
  private func isPlausible(
    _ header: QUICLongHeader, _ datagram: RawSpan, _ source: StreamEnd, _ destination: StreamEnd
  ) -> Bool {
    guard header.type == .versionNegotiation else { return true }
    guard known(destination, source) == nil else { return true }
    var reader = ByteReader(datagram)
    guard reader.skip(header.source.upperBound) else { return false }
    while let version = reader.uint32() {
      if QUICVersion(rawValue: version).protections.isEmpty { return false }
    }
    return true
  }

  private mutating func note(
    _ header: QUICLongHeader, _ datagram: RawSpan, _ number: Int, _ events: inout [Event]
  ) {
    guard isNew(header.version.rawValue, number) else { return }
    events.append(
      .connection(
        version: header.version.description,
        destinationID: datagram.extracting(header.destination).withUnsafeBytes { [UInt8]($0) },
        packetType: header.type == .versionNegotiation ? nil : header.typeBits, isGoogle: false))
  }

  private mutating func isNew(_ version: UInt32, _ number: Int) -> Bool {
    guard !senders[number].versions.contains(version), senders[number].versions.count < Self.maximumVersions else {
      return false
    }
    senders[number].versions.append(version)
    return true
  }

  private mutating func readGoogle(
    _ datagram: RawSpan, _ version: String, _ end: Int, _ number: Int, _ events: inout [Event]
  ) {
    if isNew(version.utf8.reduce(0) { $0 << 8 | UInt32($1) }, number) {
      events.append(.connection(version: version, destinationID: [], packetType: nil, isGoogle: true))
    }
    if let name = GoogleQUIC.serverName(datagram, from: end) {
      events.append(.googleHello(version: version, serverName: name))
    }
  }

  // MARK: - Initial packets

  private mutating func readInitial(
    _ datagram: RawSpan, at start: Int, _ header: QUICLongHeader, _ number: Int, _ source: StreamEnd,
    _ destination: StreamEnd, _ events: inout [Event]
  ) {
    // Whom a client talks to is a server, and what servers say is not looked into.
    if senders[number].keys == nil, let peer = known(destination, source), senders[peer].keys != nil { return }
    guard let payload = open(datagram, at: start, header, number) else { return }
    var crypto = senders[number].crypto
    senders[number].crypto = RangeAssembly(limit: 0)
    QUICFrames.forEachCrypto(in: payload.span.bytes, header.version) { offset, data in
      guard offset <= UInt64(TLSClientHello.maximumLength) else { return }
      _ = crypto.add(data, at: Int(offset))
    }
    readMessages(crypto, number, header.version, &events)
    senders[number].crypto = crypto
  }

  private mutating func open(
    _ datagram: RawSpan, at start: Int, _ header: QUICLongHeader, _ number: Int
  ) -> [UInt8]? {
    let protections = header.version.protections
    if let keys = senders[number].keys, let protection = senders[number].protection, protections.contains(protection),
      let payload = keys.open(datagram, at: start, header)
    {
      return payload
    }
    guard senders[number].failures < Self.maximumFailures else { return nil }
    for protection in protections {
      let keys = QUICInitialKeys(protection, connectionID: datagram.extracting(header.destination))
      guard let payload = keys.open(datagram, at: start, header) else { continue }
      if senders[number].keys != nil, !senders[number].isRetrying {
        // Another connection from the same port.
        senders[number].crypto = RangeAssembly(limit: TLSClientHello.maximumLength)
        senders[number].read = 0
      }
      senders[number].isRetrying = false
      senders[number].keys = keys
      senders[number].protection = protection
      return payload
    }
    senders[number].failures += 1
    return nil
  }

  /// Reads the handshake messages that are complete and were not read before.
  private mutating func readMessages(
    _ crypto: RangeAssembly, _ number: Int, _ version: QUICVersion, _ events: inout [Event]
  ) {
    let from = senders[number].read
    if version.hasGoogleHandshake {
      guard from == 0, let name = crypto.withContiguous({ GoogleQUIC.serverName($0, from: 0) }) else { return }
      senders[number].read = crypto.contiguous
      events.append(.googleHello(version: version.description, serverName: name))
      return
    }
    var found: [TLSClientHello] = []
    senders[number].read = crypto.withContiguous { bytes in
      var reader = ByteReader(bytes)
      guard reader.skip(from) else { return from }
      var end = from
      while let type = reader.byte(), let length = reader.number(bytes: 3), let range = reader.range(Int(length)) {
        end = range.upperBound
        guard type == TLSClientHello.messageType else { continue }
        if let hello = TLSClientHello(body: bytes.extracting(range), length: Int(length)) { found.append(hello) }
      }
      return end
    }
    events += found.map { .clientHello(version: version.description, $0) }
  }

  // MARK: - Senders

  private func known(_ source: StreamEnd, _ destination: StreamEnd) -> Int? {
    let key = StreamKey(low: source, high: destination)
    let number = index.find(key.hash) { senders[$0].key == key }
    return number >= 0 ? number : nil
  }

  private mutating func sender(_ source: StreamEnd, _ destination: StreamEnd) -> Int {
    if let known = known(source, destination) { return known }
    let sender = Sender(key: StreamKey(low: source, high: destination))
    let number: Int
    if senders.count < Self.maximumSenders {
      number = senders.count
      senders.append(sender)
    } else {
      number = oldest
      oldest = (oldest + 1) % Self.maximumSenders
      evictions += 1
      index.remove(senders[number].key.hash, number)
      senders[number] = sender
    }
    if index.insert(sender.key.hash, number) >= 0 { evictions += 1 }
    return number
  }
}

extension QUICVersion: CustomStringConvertible {
  /// Eight hexadecimal digits.
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
