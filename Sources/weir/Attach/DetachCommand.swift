import ArgumentParser
import Kernel

/// `weir detach`: what a killed run has left, or a running one still does.
struct DetachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detach",
    abstract: "Take Weir's programs off an interface (root).",
    discussion: """
      Removes what a killed run has left, and nobody else's programs and filters. A run that is still attached notices \
      and ends.

      Exit code 0, also when there is nothing to remove; 66 when there is no such interface, 69 without BPF, 77 without \
      the privileges.
      """)

  @Argument(help: ArgumentHelp("The interface.", valueName: "interface"))
  var interface: String

  @OptionGroup var consoleOptions: ConsoleOptions

  func run() throws {
    let console = consoleOptions.console
    do throws(KernelError) {
      try KernelSupport.checkPermission()
      let interface = try NetworkInterface(named: interface)
      let programs = try AttachedProgram.all(on: interface)
      for program in programs {
        try program.detach()
        console.say(
          "detached \(program.name) (program \(program.program)) from \(interface.name), \(program.point.description)")
      }
      if programs.isEmpty { console.say("nothing of Weir's is attached to \(interface.name)") }
    } catch {
      console.report(error)
      throw error.exitStatus
    }
  }
}
