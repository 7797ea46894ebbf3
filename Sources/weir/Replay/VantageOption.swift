import ArgumentParser
import Capture
import Dataplane

/// `--vantage`: where captures were taken, and what follows from it.
enum VantageOption: String, ExpressibleByArgument, CaseIterable {
  case auto, endpoint, node, overlay

  var vantage: Vantage {
    switch self {
    case .auto, .node: .node
    case .endpoint: .endpoint
    case .overlay: .overlay
    }
  }

  /// Whether a packet may be in the captures several times.
  func findsSightings(_ points: CapturePoints) -> Bool {
    switch self {
    case .auto: points != .one
    case .endpoint: false
    case .node, .overlay: true
    }
  }

  /// One line for the summary.
  func assumption(_ points: CapturePoints) -> String {
    let sightings = findsSightings(points) ? "a packet may be seen at several points" : "each packet is seen once"
    let tunnels =
      switch vantage {
      case .endpoint: "no tunnel is opened"
      case .node: "tunnels between nodes are opened"
      case .overlay: "all tunnels but pods' own are opened"
      }
    return "Vantage \(rawValue): \(sightings), \(tunnels)"
  }

  /// How that was decided.
  func reason(_ points: CapturePoints) -> String {
    guard self == .auto else { return "--vantage \(rawValue) says where the captures were taken" }
    return switch points {
    case .one: "the captures have one file of one interface, which is taken to see each packet once (--vantage node)"
    case .severalFiles: "there are several files, which may show the same packets"
    case .severalInterfaces: "the capture has several interfaces, which may show the same packets"
    case .anyInterface: "the capture is one of all interfaces of a host, which shows forwarded packets twice"
    }
  }
}
