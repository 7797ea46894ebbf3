/// Why a capture cannot be read, with the file's name as the user gave it.
public struct CaptureError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    case missing
    case notPermitted
    case isDirectory
    /// Not a single byte.
    case empty
    /// Neither pcap nor pcapng; what it looks like, where that is known.
    case notACapture(looksLike: String?)
    case unsupportedCompression(String)
    /// It begins like a capture and cannot be read as one, with the reason.
    case refused(String)
    case badFilter(String, String)
    /// The operating system's reason.
    case system(String)
    /// The capture breaks off or is damaged after the packets that were read.
    case damaged(String)
  }

  public let file: String
  public let reason: Reason

  public init(file: String, reason: Reason) {
    self.file = file
    self.reason = reason
  }

  /// What a user can do about it.
  public var hint: String? {
    switch reason {
    case .unsupportedCompression(let name): "unpack it first: \(name) -dc FILE | weir … -"
    case .notACapture: "pcap and pcapng are read, gzip-compressed or not"
    case .badFilter: "the syntax is that of pcap-filter(7), as in tcpdump"
    default: nil
    }
  }
}

extension CaptureError: CustomStringConvertible {
  public var description: String { "\(file): \(reason)" }
}

extension CaptureError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "no such file"
    case .notPermitted: "permission denied"
    case .isDirectory: "is a directory, not a capture"
    case .empty: "the file is empty"
    case .notACapture(let kind): kind.map { "not a capture, but \($0)" } ?? "not a capture"
    case .unsupportedCompression(let name): "compressed with \(name), which Weir does not read"
    case .refused(let why): "it cannot be read as a capture: \(why)"
    case .badFilter(let filter, let why): "bad filter '\(filter)': \(why)"
    case .system(let why): why
    case .damaged(let why): "the capture is damaged: \(why); what comes before was read"
    }
  }
}
