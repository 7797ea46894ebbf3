import Addresses
import Layer7

enum Handshakes {
  /// The whole input at once, and again byte by byte: the hellos must be the same.
  static func tls(_ bytes: RawSpan) {
    let atOnce = hellos(bytes, step: bytes.byteCount)
    if bytes.byteCount < 2048 { precondition(hellos(bytes, step: 1) == atOnce) }
  }

  private static func hellos(_ bytes: RawSpan, step: Int) -> [TLSClientHello] {
    var reader = TLSStreamReader()
    var hellos: [TLSClientHello] = []
    var start = 0
    var end = 0
    reading: while end < bytes.byteCount {
      end = min(end + max(step, 1), bytes.byteCount)
      while true {
        // Records that are of no interest are passed over before they have come.
        guard start < end else { continue reading }
        let available = bytes.extracting(start..<end)
        var position = 0
        let next = reader.next(available, &position)
        precondition(position >= 0)
        start += position
        switch next {
        case .hello(let hello): hellos.append(hello)
        case .needs: continue reading
        case .done: return hellos
        }
      }
    }
    return hellos
  }

  static func dtls(_ bytes: RawSpan) {
    var reader = DTLSReader()
    for datagram in Pieces(bytes).ranges { _ = reader.read(bytes.extracting(datagram)) }
  }

  static func quic(_ bytes: RawSpan) {
    var reader = QUICReader()
    let client = StreamEnd(address: IPAddress(ipv4: 0x0a00_0001), port: 40_000)
    let server = StreamEnd(address: IPAddress(ipv4: 0x0a00_0002), port: 443)
    for datagram in Pieces(bytes).ranges {
      let bytes = bytes.extracting(datagram)
      guard QUICReader.mayConcern(bytes) else { continue }
      _ = reader.read(bytes, from: client, to: server)
    }
  }
}
