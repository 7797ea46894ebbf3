internal import Glibc

/// Why something could not be done in the kernel.
public struct KernelError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    /// A capability of the process is missing.
    case notPermitted
    /// The kernel cannot do it.
    case unsupported
    /// It should have worked.
    case failed
    /// The tables do not fit into the maps.
    case tooLarge
    /// There is no such interface.
    case missing
    /// Something else is in the way.
    case busy
  }

  public var kind: Kind
  /// What was tried, such as `load the BPF program`.
  public var operation: String
  /// Why it did not work.
  public var detail: String
  /// What libbpf and the verifier said, in full; empty when nothing.
  public var log: String
  /// What the user can do about it; empty when nothing comes to mind.
  public var hint: String

  public init(_ kind: Kind, _ operation: String, _ detail: String, hint: String = "", log: String = "") {
    self.kind = kind
    self.operation = operation
    self.detail = detail
    self.hint = hint
    self.log = log
  }

  /// - Parameter number: an error number of the system, as `errno` has it.
  init(_ operation: String, errorNumber number: Int32, log: String = "") {
    let kind: Kind =
      switch number {
      case EPERM, EACCES: .notPermitted
      case ENOSYS, ENOTSUP, Self.notSupportedInKernel: .unsupported
      case E2BIG, ENOSPC, ENOMEM: .tooLarge
      case ENODEV, ENXIO: .missing
      default: .failed
      }
    self.init(kind, operation, Self.text(number), log: log)
  }

  public var description: String { "\(operation): \(detail)" }

  /// The kernel's own ENOTSUPP, which no C library knows.
  static let notSupportedInKernel: Int32 = 524

  private static func text(_ number: Int32) -> String {
    switch number {
    case notSupportedInKernel, ENOSYS: "this kernel does not support it"
    case E2BIG, ENOSPC: "there is no room for more entries"
    case ENODEV, ENXIO: "the interface is gone"
    default: String(cString: strerror(number))
    }
  }
}
