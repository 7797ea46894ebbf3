/// The worst verdict of a connection's packets; a greater number is worse.
enum FlowVerdict: UInt8, BitwiseCopyable {
  case unjudged = 0
  case forwarded = 1
  case audit = 2
  case dropped = 3

  @inline(__always)
  init(_ verdict: Verdict) {
    switch verdict {
    case .unjudged: self = .unjudged
    case .forwarded, .redirected: self = .forwarded
    case .audit: self = .audit
    case .dropped: self = .dropped
    }
  }
}
