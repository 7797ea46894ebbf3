import Capture
import Foundation
import Layer7
import Packet

/// Inputs to begin with, taken from captures and documents: what the mutations of real traffic reach, random bytes do not.
enum Seeds {
  /// More of one file and target only repeat each other.
  private static let maximumPerFile = 60
  private static let maximumLength = 4096

  /// Writes the inputs of each target into a folder of its name; files that cannot be read are inputs all the same.
  static func write(_ paths: [String], to folder: String) throws {
    for path in paths {
      var counts: [FuzzTarget: Int] = [:]
      func add(_ target: FuzzTarget, _ bytes: [UInt8]) throws {
        guard counts[target, default: 0] < maximumPerFile, !bytes.isEmpty else { return }
        counts[target, default: 0] += 1
        let place = URL(fileURLWithPath: "\(folder)/\(target.rawValue)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let data = Data(bytes.prefix(maximumLength))
        try data.write(to: place.appendingPathComponent(name(of: data)))
      }
      let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      if path.hasSuffix(".yaml") || path.hasSuffix(".json") {
        try add(.manifest, file)
        continue
      }
      try add(.capture, file)
      guard var reader = try? CaptureReader(path: path) else { continue }
      while let packet = reader.next() {
        let bytes = [UInt8](packet.bytes)
        if let index = Headers.linkTypes.firstIndex(of: packet.linkType) {
          try add(.packet, [UInt8(index)] + bytes)
        }
        let headers = PacketHeaders(
          dissecting: bytes.span.bytes, linkType: LinkType(rawValue: packet.linkType),
          originalLength: packet.originalLength)
        guard headers.outcome == .ip, headers.flags.contains(.hasPorts), headers.payloadOffset < headers.payloadEnd
        else { continue }
        let payload = Array(bytes[Int(headers.payloadOffset)..<Int(headers.payloadEnd)])
        for target in targets(of: payload, headers) { try add(target, input(payload, target)) }
      }
    }
  }

  private static func targets(of payload: [UInt8], _ headers: PacketHeaders) -> [FuzzTarget] {
    let ports: Set = [headers.sourcePort, headers.destinationPort]
    guard headers.protocolNumber == 6 else {
      if !ports.isDisjoint(with: [53, 5353, 5355]) { return [.dns] }
      if payload[0] < 64, payload.dropFirst().first == 0xfe { return [.dtls] }
      return QUICReader.mayConcern(payload.span.bytes) ? [.quic] : []
    }
    if payload.starts(with: [0x16, 3]) { return [.tls] }
    if payload.starts(with: "PRI * ".utf8) || ports.contains(50051) { return [.http2] }
    if !ports.isDisjoint(with: [9092, 36333]) { return [.kafka] }
    return payload[0] > 0x40 && payload[0] < 0x7b && payload.contains(0x0a) ? [.http1] : []
  }

  /// In the form that the target reads.
  private static func input(_ payload: [UInt8], _ target: FuzzTarget) -> [UInt8] {
    switch target {
    case .http1, .dtls, .quic:
      let length = min(payload.count, maximumLength - 2)
      return [UInt8(length >> 8), UInt8(length & 0xff)] + payload
    case .http2: return [payload.starts(with: "PRI * ".utf8) ? 0 : 1] + payload
    default: return payload
    }
  }

  /// By content, so that equal inputs are one file.
  private static func name(of data: Data) -> String {
    let hash = data.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
