/// How packets of one orientation pass a connection's hops while nothing changes: which entry each hop finds, and what
/// the verdict is. In one byte, beside the entries.
///
/// Sound for TCP and UDP packets that are no fragments and no opening SYN, as long as both entries live and the slot's
/// generation is that of the tables:
/// - A hop that found the entry of the opposite direction alive finds it again, and asks no policy.
/// - A hop that found its own direction's finds it again, for the opposite one has never been made since: making one is
///   the full path's, after which shortcuts are derived anew. The policy's answer is the kept decision.
/// - The connection was counted with a verdict at least as bad.
struct Shortcut: BitwiseCopyable {
  /// Bits 0–1 and 2–3: the entry at the egress and at the ingress hop, or the other's where nobody judges; 4, 5: the
  /// egress, the ingress hop is judged; 6 redirected; 7 audited. Without 4 and 5 there is no shortcut.
  private let bits: UInt8

  @inline(__always)
  init() { bits = 0 }

  @inline(__always)
  init(egress: Int?, ingress: Int?, _ verdict: Verdict) {
    let first = UInt8(truncatingIfNeeded: egress ?? ingress ?? 0)
    let second = UInt8(truncatingIfNeeded: ingress ?? egress ?? 0)
    bits =
      first | second &<< 2 | (egress == nil ? 0 : 1 &<< 4) | (ingress == nil ? 0 : 1 &<< 5)
      | (verdict == .redirected ? 1 &<< 6 : 0) | (verdict == .audit ? 1 &<< 7 : 0)
  }

  @inline(__always) var exists: Bool { bits & 0x30 != 0 }
  @inline(__always) var egressEntry: Int { Int(bits & 3) }
  @inline(__always) var ingressEntry: Int { Int(bits &>> 2 & 3) }
  @inline(__always) var hasEgress: Bool { bits & 1 &<< 4 != 0 }
  @inline(__always) var hasIngress: Bool { bits & 1 &<< 5 != 0 }
  @inline(__always) var isPlainlyForwarded: Bool { bits & 0xc0 == 0 }
  @inline(__always) var isRedirected: Bool { bits & 1 &<< 6 != 0 }
}

extension UnsafeMutablePointer<ConnectionSlot> {
  /// The shortcut of packets of one orientation.
  @inline(__always)
  func shortcut(_ orientation: Int) -> UnsafeMutablePointer<Shortcut> {
    (UnsafeMutableRawPointer(entry(orientation)) + TrackedConnection.shortcutOffset)
      .assumingMemoryBound(to: Shortcut.self)
  }

  /// Derives both shortcuts from what the slot holds: after every packet that took the full path, so that there is
  /// nothing to keep in step. The slot's generation must be that of the tables.
  @inline(__always)
  func deriveShortcuts(at now: UInt32) {
    let isUsual = pointee.flags.isDisjoint(with: [.refused, .withinEndpoint])
    let number = pointee.tuple.protocolNumber
    let hasPorts = number == IPProtocol.tcp || number == IPProtocol.udp
    guard isUsual, hasPorts else {
      shortcut(0).pointee = Shortcut()
      shortcut(1).pointee = Shortcut()
      return
    }
    let (first, second) = (pointee.flags.contains(.firstManaged), pointee.flags.contains(.secondManaged))
    shortcut(0).pointee = derive(0, egress: first, ingress: second, now)
    shortcut(1).pointee = derive(1, egress: second, ingress: first, now)
  }

  @inline(__always)
  private func derive(_ orientation: Int, egress: Bool, ingress: Bool, _ now: UInt32) -> Shortcut {
    var worst = Verdict.unjudged
    func hop(_ position: Int) -> Int {
      let reverse = entry(3 &- position)
      if reverse.pointee.isAlive(at: now) {
        worst = reverse.pointee.redirect != 0 ? .redirected : max(worst, .forwarded)
        return 3 &- position
      }
      // One that has only expired may be alive to a packet that was recorded out of order.
      guard reverse.pointee.expiry == 0, entry(position).pointee.isAlive(at: now) else { return -1 }
      if entry(position).pointee.flags.contains(.midstream) {
        worst = max(worst, .forwarded)
        return position
      }
      let decision = decision(position).pointee
      guard decision.isValid, !decision.drops else { return -1 }
      worst = max(worst, decision.verdict)
      return position
    }
    let egressEntry = egress ? hop(orientation &* 2 &+ 1) : nil
    let ingressEntry = ingress ? hop(orientation &* 2) : nil
    guard egressEntry != -1, ingressEntry != -1, pointee.flags.contains(.counted),
      FlowVerdict(worst).rawValue <= pointee.flowVerdict.rawValue
    else { return Shortcut() }
    return Shortcut(egress: egressEntry, ingress: ingressEntry, worst)
  }

  private func max(_ a: Verdict, _ b: Verdict) -> Verdict { a.rawValue >= b.rawValue ? a : b }
}
