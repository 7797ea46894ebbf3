import Addresses
import Layer7
import Packet

/// Finds the messages of applications in the packets of one capture.
///
/// It looks at what is transported in the innermost packet, whatever tunnels are around it, and puts fragments and
/// streams together. Protocols are recognised by what is said.
struct MessageReader: ~Copyable {
  private struct Conversation: Hashable {
    var source: StreamEnd
    var destination: StreamEnd
  }

  /// Senders of cut DTLS hellos that are followed at once.
  private static let maximumDTLSSenders = 4096

  private(set) var streams: CaptureStreams
  private(set) var reassembler = StreamReassembler()
  private(set) var fragments = DatagramReassembler()
  private var sctp = SCTPReader()
  private var quic = QUICReader()
  private var dtls: [Conversation: DTLSReader] = [:]

  init(listsMessages: Bool) {
    streams = CaptureStreams(listsMessages: listsMessages)
  }

  /// To be called before `read`, as soon as the packet's flow is known: asks for the memory that will be looked at.
  @inline(__always)
  func prefetch(_ stream: CaptureFlow.Stream) {
    if stream.number >= 0, !stream.isDone { reassembler.prefetch(Int(stream.number)) }
  }

  /// Senders of cut DTLS hellos that were forgotten for others.
  private var dtlsEvictions = 0

  /// What was met in putting streams and datagrams together.
  var counts: ReassemblyCounts {
    var met = reassembler.counters
    met.exhaustions += streams.exhaustions
    return ReassemblyCounts(
      streams: met, datagrams: fragments.completed, datagramsGivenUp: fragments.evictions,
      sendersForgotten: quic.evictions + dtlsEvictions + sctp.evictions)
  }

  /// - Parameters:
  ///   - headers: what was read of `bytes`, which is the whole packet.
  ///   - frame: the packet's number, from 1 on.
  ///   - stream: what is known of the flow's stream.
  mutating func read(
    _ headers: PacketHeaders, _ bytes: RawSpan, originalLength: Int, frame: Int, timestamp: Int64,
    stream: inout CaptureFlow.Stream
  ) {
    if headers.protocolNumber == 6, !headers.flags.contains(.fragment) {
      guard !stream.isDone || headers.tcpFlags & TCPSegment.Flags.syn.rawValue != 0 else { return }
      readSegment(headers, bytes, originalLength: originalLength, frame: frame, timestamp: timestamp, &stream)
    } else {
      read(headers, bytes, originalLength: originalLength, frame: frame, timestamp: timestamp, depth: 0)
    }
  }

  private mutating func read(
    _ headers: PacketHeaders, _ bytes: RawSpan, originalLength: Int, frame: Int, timestamp: Int64, depth: Int
  ) {
    // What is cut will never be whole: what there is of the first fragment is all that can be read.
    if headers.flags.contains(.fragment),
      headers.flags.contains(.laterFragment) || !DatagramReassembler.isCut(headers, bytes)
    {
      guard depth < Tunnel.maximumDepth, let whole = fragments.add(headers, bytes, timestamp: timestamp) else { return }
      let inner = PacketHeaders(
        dissecting: whole.span.bytes, linkType: .rawIP, originalLength: UInt32(whole.count)
      ).inspected(whole.span.bytes)
      return read(
        inner, whole.span.bytes, originalLength: whole.count, frame: frame, timestamp: timestamp, depth: depth + 1)
    }
    if headers.protocolNumber == 6 {
      var stream = CaptureFlow.Stream()
      readSegment(headers, bytes, originalLength: originalLength, frame: frame, timestamp: timestamp, &stream)
    } else if depth < Tunnel.maximumDepth, let tunnel = Tunnel(headers, bytes) {
      let content = bytes.extracting(tunnel.content)
      let length = max(content.byteCount, originalLength - tunnel.content.lowerBound)
      let inner = PacketHeaders(
        dissecting: content, linkType: tunnel.linkType, originalLength: UInt32(clamping: length)
      ).inspected(content)
      read(inner, content, originalLength: length, frame: frame, timestamp: timestamp, depth: depth + 1)
    } else if headers.protocolNumber == 17 {
      readDatagram(headers, bytes, frame: frame)
    } else if headers.protocolNumber == 132 {
      sctp.read(headers, bytes, frame: frame, timestamp: timestamp, into: &reassembler, to: &streams)
    }
  }

  mutating func finish() { reassembler.finish(&streams) }

  @inline(__always)
  private mutating func readSegment(
    _ headers: PacketHeaders, _ bytes: RawSpan, originalLength: Int, frame: Int, timestamp: Int64,
    _ stream: inout CaptureFlow.Stream
  ) {
    guard
      let segment = TCPSegment(headers, bytes, originalLength: originalLength, frame: frame, timestamp: timestamp)
    else { return }
    let payload = bytes.extracting(Int(headers.payloadOffset)..<Int(headers.payloadEnd))
    let number = reassembler.add(segment, payload, known: Int(stream.number), to: &streams)
    stream.number = Int32(truncatingIfNeeded: number)
    // A bare acknowledgement ends nothing.
    guard segment.length > 0 || !segment.flags.isDisjoint(with: [.syn, .fin]) else { return }
    stream.isDone = reassembler.isDone(number)
  }

  private mutating func readDatagram(_ headers: PacketHeaders, _ bytes: RawSpan, frame: Int) {
    let start = Int(headers.payloadOffset)
    guard headers.flags.contains(.hasPorts),
      headers.flags.isDisjoint(with: [.transportTruncated, .transportMalformed]),
      start < Int(headers.payloadEnd)
    else { return }
    let payload = bytes.extracting(start..<Int(headers.payloadEnd))
    let source = StreamEnd(address: headers.source, port: headers.sourcePort)
    let destination = StreamEnd(address: headers.destination, port: headers.destinationPort)
    let place = MessagePlace(frame: frame, protocolNumber: 17, source: source, destination: destination)
    let dialect = DNSDialect.of(source.port, destination.port)
    if let dialect = dialect
      ?? (DNSRecognition.isMessage(payload, from: source.port, to: destination.port) ? .dns : nil)
    {
      // Where nothing is listed, queries are counted alone.
      guard streams.messages.listsMessages || !DNSMessage.isResponse(payload) else { return }
      if let message = DNSMessage(payload) { streams.messages.add(message, payload, dialect, place) }
    } else if QUICReader.mayConcern(payload) {
      for event in quic.read(payload, from: source, to: destination) { streams.messages.add(event, place) }
    } else if DTLSReader.recognises(payload) {
      readDTLS(payload, place)
    }
  }

  private mutating func readDTLS(_ payload: RawSpan, _ place: MessagePlace) {
    let conversation = Conversation(source: place.source, destination: place.destination)
    if dtls.count >= Self.maximumDTLSSenders, dtls[conversation] == nil {
      dtlsEvictions += dtls.count
      dtls.removeAll()
    }
    for hello in dtls[conversation, default: DTLSReader()].read(payload) {
      streams.messages.add(hello, isDatagram: true, place)
    }
  }
}
