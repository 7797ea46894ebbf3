internal import Packet

/// At how many points captures were taken, as far as their headers tell.
public enum CapturePoints: Sendable, Equatable {
  case one
  case severalFiles
  case severalInterfaces
  /// Linux's pseudo-device `any`: all interfaces of a host in one.
  case anyInterface

  init(files: Int, interfaces: Int, linkType: UInt32) {
    if files > 1 {
      self = .severalFiles
    } else if interfaces > 1 {
      self = .severalInterfaces
    } else {
      self = [.linuxCooked, .linuxCooked2].contains(LinkType(rawValue: linkType)) ? .anyInterface : .one
    }
  }
}
