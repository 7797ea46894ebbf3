import Foundation

/// A step of the build: compiles a BPF program and writes the object as a Swift constant.
///
/// Arguments: clang, the C file, a folder for the object, the Swift file to write.
@main
struct EmbedBPF {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 5 else { fail("usage: EmbedBPF CLANG SOURCE FOLDER OUTPUT") }
    let object = URL(fileURLWithPath: arguments[3]).appending(path: "weir.bpf.o")
    compile(clang: arguments[1], source: arguments[2], object: object)
    do {
      let bytes = try Data(contentsOf: object)
      try source(of: bytes).write(toFile: arguments[4], atomically: true, encoding: .utf8)
    } catch {
      fail("cannot embed \(object.path): \(error.localizedDescription)")
    }
  }

  private static func compile(clang: String, source: String, object: URL) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: clang)
    process.arguments =
      [
        "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Werror",
        // This clang moves cold paths into functions of their own, whose types the kernel then misses.
        "-Xclang", "-fno-split-cold-code",
        // Object and debug information must not depend on where the sources lie.
        "-ffile-prefix-map=\(URL(fileURLWithPath: source).deletingLastPathComponent().path)=bpf",
      ] + architectureHeaders() + ["-c", source, "-o", object.path]
    do {
      try process.run()
    } catch {
      fail("cannot run \(clang): \(error.localizedDescription)")
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      fail("the BPF program does not compile; it needs the headers of libbpf and Linux (libbpf-dev, linux-libc-dev)")
    }
  }

  /// `asm/types.h` lies in a folder of the machine's architecture on Debian and its relatives, where the compiler does
  /// not look for another target's headers.
  private static func architectureHeaders() -> [String] {
    #if arch(x86_64)
      let name = "x86_64-linux-gnu"
    #elseif arch(arm64)
      let name = "aarch64-linux-gnu"
    #else
      let name = ""
    #endif
    let folder = "/usr/include/\(name)"
    return name.isEmpty || !FileManager.default.fileExists(atPath: folder) ? [] : ["-idirafter", folder]
  }

  private static func source(of object: Data) -> String {
    """
    /// The compiled BPF program: an ELF object in Base64.
    enum DatapathImage {
      static let base64: StaticString = "\(object.base64EncodedString())"
    }

    """
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("error: \(message)\n".utf8))
    exit(1)
  }
}
