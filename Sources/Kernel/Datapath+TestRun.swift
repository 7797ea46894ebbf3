internal import CBPF
public import Dataplane

extension Datapath {
  /// What running a program on one frame gave.
  public struct TestRun: Sendable, Equatable {
    /// What the program tells its hook to do.
    public var passes: Bool
    /// The mean of the repetitions, as the kernel measured it.
    public var nanoseconds: UInt32
  }

  /// What a test run may run besides the hooks' programs.
  public enum TestProgram: Sendable, Equatable {
    case hook(DatapathOptions.Hook)
    /// Nothing but what the measuring itself costs.
    case null
    /// As `hook(.tc)`, each packet with another source (`DatapathOptions.variation`).
    case varied
  }

  /// Runs a program on a frame without sending it anywhere (`BPF_PROG_TEST_RUN`).
  ///
  /// - Parameter frame: from the Ethernet header on; the kernel takes 15 to about 3,500 bytes.
  public mutating func testRun(
    _ frame: UnsafeRawBufferPointer, program: TestProgram = .hook(.tc), repetitions: Int = 1
  ) throws(KernelError) -> TestRun {
    var run = bpf_test_run_opts()
    run.sz = MemoryLayout<bpf_test_run_opts>.size
    run.data_in = frame.baseAddress
    run.data_size_in = UInt32(clamping: frame.count)
    run.repeat = Int32(clamping: repetitions)
    let result = bpf_prog_test_run_opts(try object.program(program.name(options.hops)), &run)
    guard result >= 0 else { throw KernelError("run the BPF program", errorNumber: -result) }
    return TestRun(passes: run.retval == program.passing, nanoseconds: run.duration)
  }

  /// The verdict of the packet that was run last (`DatapathOptions.keepsVerdict`).
  ///
  /// Of its fields, the identities are those of the peers that a policy was asked about.
  public var lastVerdict: PacketVerdict { verdict(object.lastVerdict.pointee) }
}

extension Datapath.TestProgram {
  fileprivate func name(_ hops: DatapathOptions.Hops) -> String {
    switch self {
    case .hook(let hook): hook.programName(hops)
    case .null: Datapath.nullProgram
    case .varied: Datapath.variedProgram
    }
  }

  /// TCX_NEXT, or XDP_PASS.
  fileprivate var passing: UInt32 { self == .hook(.xdp) ? 2 : UInt32(bitPattern: -1) }
}
