import Glibc

/// What libFuzzer calls with every input. The environment variable `FUZZ_TARGET` says which parser gets it: the
/// coverage map is one, and so the corpora stay apart by folder.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // Sound: libFuzzer keeps `count` bytes alive for the length of the call.
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  for length in 0..<min(count, prefixes) { target.run(UnsafeRawBufferPointer(rebasing: bytes[..<length]).bytes) }
  target.run(bytes.bytes)
  return 0
}

/// Prints the targets' names with libFuzzer's `-help=1`. With `FUZZ_SEEDS=FOLDER` it writes inputs made from the files
/// named as arguments into that folder, and nothing is run.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  let arguments = (0..<Int(count.pointee)).compactMap { arguments.pointee[$0].map { String(cString: $0) } }
  if arguments.contains("-help=1") {
    print("targets: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
  }
  if let folder = getenv("FUZZ_SEEDS") {
    do {
      try Seeds.write(Array(arguments.dropFirst()), to: String(cString: folder))
    } catch {
      fatalError("seeds cannot be written: \(error)")
    }
    exit(0)
  }
  return 0
}

/// `FUZZ_PREFIXES=N`: every input is also cut at each of its first N bytes.
private let prefixes = getenv("FUZZ_PREFIXES").flatMap { Int(String(cString: $0)) } ?? 0

private let target: FuzzTarget = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("FUZZ_TARGET must be one of: \(names)")
  }
  return target
}()
