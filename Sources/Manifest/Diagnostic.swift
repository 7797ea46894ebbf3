/// Something that a user should know about an input: what is wrong, where, and what to do.
public struct Diagnostic: Sendable, Equatable {
  public enum Severity: String, Sendable, Comparable {
    case note, warning, error

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// What kind of failure an error is, for the exit code.
  public enum Category: String, Sendable {
    /// The text or the object is wrong.
    case data
    /// One object cannot be told what it is; the rest of its file was read.
    case object
    /// There is no such file, or nothing to read in it.
    case missing
    case unreadable
    /// The system does not permit reading it.
    case forbidden

    /// The exit code of sysexits.
    public var exitCode: Int32 {
      switch self {
      case .data, .object: 65
      case .missing: 66
      case .unreadable: 74
      case .forbidden: 77
      }
    }
  }

  public var severity: Severity
  public var location: Location?
  /// The object meant, as `ManifestObject.title` names it; empty when it is the file.
  public var object: String
  public var message: String
  public var hint: String?
  /// A stable name that scripts may rely on, such as `icmp-type0`; nil for one-off errors.
  public var identifier: String?
  public var category: Category

  public init(
    _ severity: Severity, at location: Location?, object: String = "", _ message: String, hint: String? = nil,
    identifier: String? = nil, category: Category = .data
  ) {
    self.severity = severity
    self.location = location
    self.object = object
    self.message = message
    self.hint = hint
    self.identifier = identifier
    self.category = category
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `error: FILE:LINE:COLUMN: OBJECT: what is wrong [identifier]`, then `hint: …` on a line of its own.
  public var description: String {
    var parts = [severity.rawValue]
    if let location { parts.append(location.description) }
    if !object.isEmpty { parts.append(object) }
    var text = parts.joined(separator: ": ") + ": " + message
    if let identifier { text += " [\(identifier)]" }
    if let hint { text += "\nhint: \(hint)" }
    return text
  }
}
