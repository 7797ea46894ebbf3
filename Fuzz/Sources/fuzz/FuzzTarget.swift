import Manifest
import Packet

/// A parser of untrusted bytes.
enum FuzzTarget: String, CaseIterable {
  /// Header dissection; the first byte chooses the link type.
  case packet
  /// YAML and JSON documents.
  case manifest

  func run(_ bytes: RawSpan) {
    switch self {
    case .packet: packet(bytes)
    case .manifest: manifest(bytes)
    }
  }

  private func packet(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let types: [UInt32] = [1, 0, 9, 12, 101, 105, 113, 127, 228, 229, 239, 276]
    let type = types[Int(bytes.unsafeLoad(as: UInt8.self)) % types.count]
    let frame = bytes.extracting(1...)
    let headers = PacketHeaders(
      dissecting: frame, linkType: LinkType(rawValue: type), originalLength: UInt32(clamping: frame.byteCount))
    precondition(headers.ipVersion == 0 || headers.ipVersion == 4 || headers.ipVersion == 6)
  }

  private func manifest(_ bytes: RawSpan) {
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    var reader = ManifestReader()
    reader.read(text: text, file: "input.yaml") { _ in }
  }
}
