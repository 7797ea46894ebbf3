internal import Addresses
public import Packet

/// What of a captured packet is judged: itself, or, where it is a tunnel between nodes, the packet inside.
public struct PacketView {
  /// The packet that is judged. Its bytes lie within those of the record.
  public var packet: CapturedPacket
  public var headers: PacketHeaders
  /// The outermost tunnel that was opened; nil where none was.
  public var tunnel: Tunnel?
  /// The record's own headers; the same as `headers` where no tunnel was opened.
  public var outer: PacketHeaders
  /// The source's security identity as the innermost tunnel carries it; 0 where none does, or where it counts for
  /// nothing.
  public var sourceIdentity: UInt32 = 0
}

extension LookupTables {
  /// Opens the packet's tunnels as far as the vantage says.
  ///
  /// The outer addresses have to be nodes', or, where the tables know no node, nobody's pod's: what a pod itself sends
  /// to a tunnel's port is a datagram like any other.
  public func view(of packet: CapturedPacket) -> PacketView {
    let headers = PacketHeaders(
      dissecting: packet.bytes, linkType: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength)
    var view = PacketView(packet: packet, headers: headers, outer: headers)
    guard vantage != .endpoint else { return view }
    reveal(&view.headers)
    for _ in 0..<Tunnel.maximumDepth {
      guard let tunnel = Tunnel(view.headers, view.packet.bytes.bytes, port: settings.tunnelPort),
        opens(tunnel, view.headers)
      else { break }
      let start = tunnel.content.lowerBound
      // The content lies within the bytes: `Tunnel` cuts it to them.
      view.packet.bytes = UnsafeRawBufferPointer(rebasing: view.packet.bytes[tunnel.content])
      view.packet.originalLength =
        view.packet.originalLength > start ? view.packet.originalLength - UInt32(start) : 0
      view.packet.linkType = tunnel.linkType.rawValue
      if view.tunnel == nil { view.tunnel = tunnel }
      view.headers = PacketHeaders(
        dissecting: view.packet.bytes, linkType: tunnel.linkType, originalLength: view.packet.originalLength)
      reveal(&view.headers)
      view.sourceIdentity = carriedIdentity(tunnel)
    }
    return view
  }

  /// The packet's tuple where it is plain and no tunnel that may be opened; `view` would show the same.
  public func plain(_ packet: CapturedPacket) -> PlainPacket? {
    var plain = PlainPacket()
    return plain.read(packet) && !mayOpen(plain) ? plain : nil
  }

  /// Whether a plain packet may be a tunnel that is opened: its ports say so.
  @inline(__always)
  func mayOpen(_ packet: PlainPacket) -> Bool {
    guard packet.protocolNumber == IPProtocol.udp else { return false }
    let port = packet.destinationPort
    return port == Tunnel.linuxVXLANPort || port == Tunnel.vxlanPort || port == Tunnel.genevePort
      || port == settings.tunnelPort
  }

  /// On the network between nodes, what stands before an IP header is the network's own.
  private func reveal(_ headers: inout PacketHeaders) {
    guard vantage == .overlay, headers.flags.contains(.encapsulated), headers.ipVersion != 0,
      headers.outcome == .otherProtocol || headers.outcome == .lengthField
    else { return }
    headers.outcome = .ip
  }

  private func opens(_ tunnel: Tunnel, _ headers: PacketHeaders) -> Bool {
    switch tunnel.kind {
    case .ipInIP, .generic: break
    case .vxlan, .geneve:
      // The source port is a hash of the packet inside.
      let port = headers.destinationPort
      guard Tunnel.isPort(port) || port == settings.tunnelPort else { return false }
    case .gtp, .teredo: return false
    }
    let source = owner(
      high: headers.source.high, low: headers.source.low, family: headers.ipVersion)
    let destination = owner(
      high: headers.destination.high, low: headers.destination.low, family: headers.ipVersion)
    if vantage == .overlay || !hasNodes { return !isPod(source) && !isPod(destination) }
    return isNode(source) && isNode(destination)
  }

  /// A number that stands for labels in these tables. Of reserved ones Cilium itself believes only those that no address
  /// tells; 1, which it would drop as forged (171), is what other overlays number their only network with.
  private func carriedIdentity(_ tunnel: Tunnel) -> UInt32 {
    guard tunnel.kind == .vxlan || tunnel.kind == .geneve, hasClusterIdentities else { return 0 }
    switch tunnel.networkIdentifier {
    case 0...2, 6, 7, 9, 10: return 0
    default: return isKnown(tunnel.networkIdentifier) ? tunnel.networkIdentifier : 0
    }
  }
}
