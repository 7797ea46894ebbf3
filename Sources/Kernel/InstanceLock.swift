internal import Glibc

/// Keeps a second instance off an interface.
///
/// A socket bound to an abstract name: names are the network namespace's own, as interfaces are, and the kernel frees
/// one with the process, however that ends. Nothing stays in a file system.
struct InstanceLock: ~Copyable {
  private let descriptor: Int32

  /// - Throws: `.busy` when another process has the interface.
  init(_ interface: NetworkInterface) throws(KernelError) {
    let operation = "attach to \(interface.name)"
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw KernelError(operation, errorNumber: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = [0] + Array("weir-attach-\(interface.index)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = MemoryLayout<sa_family_t>.size + name.count
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
    }
    guard result == 0 else {
      let number = errno
      close(descriptor)
      guard number == EADDRINUSE else { throw KernelError(operation, errorNumber: number) }
      throw KernelError(
        .busy, operation, "another weir is attached to it already",
        hint: "weir status shows it, weir detach \(interface.name) ends it")
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
