import Foundation
import PackagePlugin

/// Compiles `bpf/` with the clang of the Swift toolchain, which has the `bpf` target, and hands the object to the target
/// as Swift source: a copied object would be a resource, and a generated C file is not linked.
@main
struct CompileBPF: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "bpf")
    let sources = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { ["c", "h"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "DatapathImage.swift")
    return [
      .buildCommand(
        displayName: "Compiling the BPF program",
        executable: try context.tool(named: "EmbedBPF").url,
        arguments: [
          try context.tool(named: "clang").url.path, folder.appending(path: "weir.bpf.c").path,
          context.pluginWorkDirectoryURL.path, output.path,
        ],
        inputFiles: sources,
        outputFiles: [output])
    ]
  }
}
