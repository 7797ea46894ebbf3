/// A parser of untrusted bytes.
enum FuzzTarget: String, CaseIterable {
  /// Header dissection; the first byte chooses the link type.
  case packet
  /// YAML and JSON documents.
  case manifest
  /// Capture files, pcap and pcapng.
  case capture
  /// TCP streams: segments in any order, with what they say.
  case streams
  case tls
  case dtls
  case quic
  case http1
  case http2
  case dns
  case kafka

  func run(_ bytes: RawSpan) {
    switch self {
    case .packet: Headers.packet(bytes)
    case .manifest: Documents.manifest(bytes)
    case .capture: Captures.read(bytes)
    case .streams: Streams.reassemble(bytes)
    case .tls: Handshakes.tls(bytes)
    case .dtls: Handshakes.dtls(bytes)
    case .quic: Handshakes.quic(bytes)
    case .http1: Messages.http1(bytes)
    case .http2: Messages.http2(bytes)
    case .dns: Messages.dns(bytes)
    case .kafka: Messages.kafka(bytes)
    }
  }
}
