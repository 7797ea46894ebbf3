internal import CBPF
internal import Dataplane

extension Datapath {
  /// A verdict of the program's in the engine's terms, by the tables that it was made with.
  func verdict(_ record: packet_verdict) -> PacketVerdict {
    let image = image(of: record.generation)
    var verdict = PacketVerdict()
    verdict.egress = hop(record.egress, image)
    verdict.ingress = hop(record.ingress, image)
    verdict.verdict = Verdict(rawValue: record.verdict) ?? .unjudged
    verdict.reason = DropReason(rawValue: record.reason)
    if verdict.egress.isPresent {
      verdict.sourceEndpoint = endpoint(record.egress, image)
      verdict.destinationIdentity = record.egress.peer
    }
    if verdict.ingress.isPresent {
      verdict.destinationEndpoint = endpoint(record.ingress, image)
      verdict.sourceIdentity = record.ingress.peer
    }
    verdict.service = Int32(bitPattern: record.service) - 1
    verdict.backend = Int32(bitPattern: record.backend) - 1
    if record.from_service != 0 { verdict.flags.insert(.fromService) }
    return verdict
  }

  private func endpoint(_ record: hop_verdict, _ image: TableImage) -> Int32 {
    let position = Int(record.endpoint) - 1
    return image.judged.indices.contains(position) ? Int32(clamping: image.judged[position].endpoint) : -1
  }

  private func hop(_ record: hop_verdict, _ image: TableImage) -> HopVerdict {
    var hop = HopVerdict()
    guard record.flags & UInt8(HOP_FLAG_PRESENT) != 0 else { return hop }
    hop.flags = HopVerdict.Flags(rawValue: record.flags)
    hop.verdict = Verdict(rawValue: record.verdict) ?? .unjudged
    hop.state = ConnectionState(rawValue: record.state) ?? .new
    hop.reason = DropReason(rawValue: record.reason)
    hop.matchType = MatchType(rawValue: record.match_type) ?? .none
    hop.authenticationNumber = record.authentication
    hop.redirect = record.redirect
    let position = Int(record.endpoint) - 1
    if record.entry != .max, image.judged.indices.contains(position) {
      hop.entry = image.entry(record.entry, of: image.judged[position].policy)
    }
    return hop
  }
}
