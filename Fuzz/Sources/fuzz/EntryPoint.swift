import Glibc

/// What libFuzzer calls with every input. The environment variable `FUZZ_TARGET` says which parser gets it: the
/// coverage map is one, and so the corpora stay apart by folder.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // Sound: libFuzzer keeps `count` bytes alive for the length of the call.
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  target.run(bytes.bytes)
  return 0
}

/// Prints the targets' names with libFuzzer's `-help=1`.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  for index in 0..<Int(count.pointee) {
    guard let argument = arguments.pointee[index], String(cString: argument) == "-help=1" else { continue }
    print("targets: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
  }
  return 0
}

private let target: FuzzTarget = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("FUZZ_TARGET must be one of: \(names)")
  }
  return target
}()
