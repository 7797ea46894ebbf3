/// The frames that Initial packets may hold (RFC 9000, section 12.4).
enum QUICFrames {
  private enum FrameType {
    static let padding: UInt64 = 0
    static let ping: UInt64 = 1
    static let ack: UInt64 = 2
    static let ackWithECN: UInt64 = 3
    static let crypto: UInt64 = 6
    /// In Google's versions.
    static let googleCrypto: UInt64 = 8
  }

  /// Calls `body` with the offset and the data of every CRYPTO frame, up to the first frame that is not allowed or does
  /// not fit.
  static func forEachCrypto(in payload: RawSpan, _ version: QUICVersion, _ body: (UInt64, RawSpan) -> Void) {
    let crypto = version.isGoogle ? FrameType.googleCrypto : FrameType.crypto
    var reader = ByteReader(payload)
    while let type = reader.variableLength() {
      switch type {
      case FrameType.padding, FrameType.ping: continue
      case FrameType.ack, FrameType.ackWithECN:
        guard skipAcknowledgment(&reader, hasECN: type == FrameType.ackWithECN) else { return }
      case crypto:
        guard let offset = reader.variableLength(), let length = reader.variableLength(),
          length <= UInt64(reader.remaining), let range = reader.range(Int(length))
        else { return }
        body(offset, payload.extracting(range))
      default: return
      }
    }
  }

  /// RFC 9000, section 19.3.
  private static func skipAcknowledgment(_ reader: inout ByteReader, hasECN: Bool) -> Bool {
    guard reader.variableLength() != nil, reader.variableLength() != nil, let ranges = reader.variableLength(),
      reader.variableLength() != nil, ranges <= UInt64(reader.remaining)
    else { return false }
    for _ in 0..<Int(ranges) * 2 + (hasECN ? 3 : 0) {
      guard reader.variableLength() != nil else { return false }
    }
    return true
  }
}
