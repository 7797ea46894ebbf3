import Tables

/// `DatapathSettings` as the packet path reads them: flat, without names.
struct PathSettings: BitwiseCopyable, Sendable {
  var enableIPv4: Bool
  var enableIPv6: Bool
  var auditMode: Bool
  var sctp: Bool
  var icmpRules: Bool
  var extendedIPProtocols: Bool
  var allowICMPFragNeeded: Bool
  var fragmentTrackingIPv4: Bool
  var fragmentTrackingIPv6: Bool
  var hostFirewall: Bool
  var hasTunnelPort: Bool
  var tunnelPort: UInt16
  var timeouts: Timeouts

  /// Lifetimes of connections in seconds.
  struct Timeouts: BitwiseCopyable, Sendable {
    var tcp: UInt32
    var tcpSyn: UInt32
    var tcpFin: UInt32
    var other: UInt32
  }

  init(_ settings: DatapathSettings) {
    enableIPv4 = settings.enableIPv4
    enableIPv6 = settings.enableIPv6
    auditMode = settings.auditMode
    sctp = settings.sctp
    icmpRules = settings.icmpRules
    extendedIPProtocols = settings.extendedIPProtocols
    allowICMPFragNeeded = settings.allowICMPFragNeeded
    fragmentTrackingIPv4 = settings.fragmentTrackingIPv4
    fragmentTrackingIPv6 = settings.fragmentTrackingIPv6
    hostFirewall = settings.hostFirewall
    hasTunnelPort = settings.tunnelPort != nil
    tunnelPort = settings.tunnelPort ?? 0
    timeouts = Timeouts(
      tcp: settings.timeoutTCP, tcpSyn: settings.timeoutTCPSyn, tcpFin: settings.timeoutTCPFin,
      other: settings.timeoutAny)
  }
}
