import Dataplane
import Kernel
import Tables
import Testing

@Suite(.serialized, .enabled(if: kernelIsUsable, "BPF cannot be used here"))
struct LoadTests {
  @Test("the program loads with empty tables and passes what is nobody's")
  func loads() throws {
    var options = DatapathOptions()
    options.hooks = [.tc, .xdp]
    options.keepsVerdict = true
    var datapath = try Datapath(tables: Tables(), options: options)
    let frame = [UInt8](repeating: 0, count: 60)
    for hook in DatapathOptions.Hook.allCases {
      let run = try frame.withUnsafeBytes { try datapath.testRun($0, program: .hook(hook)) }
      #expect(run.passes)
      #expect(datapath.lastVerdict.verdict == .unjudged)
    }
  }
}

/// Whether this process may use BPF here; where it may not, the reason is printed.
let kernelIsUsable: Bool = {
  do throws(KernelError) {
    try KernelSupport.check()
    return true
  } catch {
    print("KernelTests are skipped: \(error)")
    return false
  }
}()
