/// Finds the ClientHellos in datagrams of DTLS (RFC 6347, section 4; RFC 9147, section 5.2).
///
/// A hello may be cut into fragments over several records and datagrams. One reader serves one sender.
public struct DTLSReader: Sendable {
  /// Hellos whose fragments are gathered at once: a hello and its repetition with a cookie.
  private static let maximumMessages = 2

  private struct Message {
    var sequence: UInt16
    var assembly: RangeAssembly
  }

  private var messages: [Message] = []

  public init() {}

  private static let recordHeaderLength = 13
  private static let handshake: UInt8 = 22

  /// Whether a datagram begins with a record that begins with a fragment of a ClientHello.
  public static func recognises(_ datagram: RawSpan) -> Bool {
    guard datagram.byteCount >= recordHeaderLength + 12,
      datagram.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == handshake,
      datagram.unsafeLoad(fromByteOffset: recordHeaderLength, as: UInt8.self) == TLSClientHello.messageType
    else { return false }
    var reader = ByteReader(datagram)
    guard reader.skip(1), let version = reader.uint16(), reader.skip(8), let length = reader.uint16(), reader.skip(1),
      let size = reader.number(bytes: 3), reader.skip(2), let offset = reader.number(bytes: 3),
      let count = reader.number(bytes: 3)
    else { return false }
    return TLSClientHello.isVersion(version, isDatagram: true) && count + 12 <= UInt64(length) && offset + count <= size
      && size >= 34 && size <= UInt64(TLSClientHello.maximumLength)
  }

  /// The hellos that a datagram completes.
  public mutating func read(_ datagram: RawSpan) -> [TLSClientHello] {
    var hellos: [TLSClientHello] = []
    var records = ByteReader(datagram)
    while let type = records.byte(), let version = records.uint16(), let epoch = records.uint16(), records.skip(6),
      let length = records.uint16(), let content = records.range(min(Int(length), records.remaining))
    {
      guard TLSClientHello.isVersion(version, isDatagram: true) else { break }
      // From epoch 1 on records are encrypted.
      guard type == Self.handshake, epoch == 0 else { continue }
      readFragments(datagram.extracting(content), &hellos)
    }
    return hellos
  }

  private mutating func readFragments(_ record: RawSpan, _ hellos: inout [TLSClientHello]) {
    var reader = ByteReader(record)
    while let type = reader.byte(), let size = reader.number(bytes: 3), let sequence = reader.uint16(),
      let offset = reader.number(bytes: 3), let count = reader.number(bytes: 3)
    {
      guard let range = reader.range(min(Int(count), reader.remaining)) else { return }
      guard type == TLSClientHello.messageType, size <= UInt64(TLSClientHello.maximumLength), offset + count <= size
      else { continue }
      let fragment = record.extracting(range)
      if range.count == Int(size) {
        if let hello = TLSClientHello(body: fragment, length: Int(size), isDatagram: true) { hellos.append(hello) }
      } else {
        gather(fragment, sequence, size: Int(size), offset: Int(offset), &hellos)
      }
    }
  }

  private mutating func gather(
    _ fragment: RawSpan, _ sequence: UInt16, size: Int, offset: Int, _ hellos: inout [TLSClientHello]
  ) {
    let index: Int
    if let known = messages.firstIndex(where: { $0.sequence == sequence && $0.assembly.limit == size }) {
      index = known
    } else {
      if messages.count == Self.maximumMessages { messages.removeFirst() }
      messages.append(Message(sequence: sequence, assembly: RangeAssembly(limit: size)))
      index = messages.count - 1
    }
    guard messages[index].assembly.add(fragment, at: offset), messages[index].assembly.contiguous == size else {
      return
    }
    let hello = messages[index].assembly.withContiguous { TLSClientHello(body: $0, length: size, isDatagram: true) }
    messages.remove(at: index)
    if let hello { hellos.append(hello) }
  }
}
