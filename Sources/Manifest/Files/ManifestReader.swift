/// Reads Kubernetes objects from files, directories and standard input: YAML and JSON, many per file, lists taken apart.
///
/// What cannot be read is reported in `diagnostics` and the rest goes on. The order of the objects is that of the
/// paths given; within a directory, byte order of the names.
public struct ManifestReader: Sendable {
  public private(set) var diagnostics: [Diagnostic] = []
  /// Files read so far, those with errors included.
  public private(set) var fileCount = 0
  public private(set) var byteCount = 0

  private let masks: KindMasks
  private let limits: ManifestLimits

  /// `masks` says which fields of which kinds are wanted; the others may be left out.
  public init(masks: KindMasks = .everything, limits: ManifestLimits = ManifestLimits()) {
    self.masks = masks
    self.limits = limits
  }

  /// Reads a file, a directory with all below it, or standard input for `-`.
  public mutating func read(_ path: String, each: (ManifestObject) -> Void) {
    if path == "-" { return readFile(nil, named: "<stdin>", each) }
    do throws(FileInput.Failure) {
      guard try FileInput.kind(of: path, followingLinks: true) == .directory else {
        return readFile(path, named: path, each)
      }
    } catch {
      return report(error, path)
    }
    let before = fileCount
    let errors = diagnostics.count
    readDirectory(path, depth: 1, each)
    if fileCount == before, diagnostics.count == errors {
      diagnostics.append(
        Diagnostic(
          .error, at: Location(file: path), "no *.yaml, *.yml or *.json file in this directory", category: .missing))
    }
  }

  /// Hands over the diagnostics so far, which are then forgotten here.
  public mutating func takeDiagnostics() -> [Diagnostic] {
    let result = diagnostics
    diagnostics = []
    return result
  }

  /// Reads text that is not in a file; `file` is what places will name.
  public mutating func read(text: String, file: String, each: (ManifestObject) -> Void) {
    read(Array(text.utf8), file: file, each)
  }

  public mutating func read(_ bytes: [UInt8], file: String, _ each: (ManifestObject) -> Void) {
    fileCount += 1
    byteCount += bytes.count
    guard bytes.count <= limits.fileSize, byteCount <= limits.totalSize else {
      let (limit, what) = bytes.count > limits.fileSize ? (limits.fileSize, "file") : (limits.totalSize, "input")
      diagnostics.append(Diagnostic(.error, at: Location(file: file), "the \(what) has more than \(limit) bytes"))
      return
    }
    var splitter = ObjectSplitter(file: file)
    do throws(SyntaxError) {
      let text = try SourceText(bytes)
      try DocumentReader(limits: limits, mask: .object(masks)).read(text, isJSON: file.hasSuffix(".json")) {
        splitter.split($0, each)
      }
      diagnostics += splitter.diagnostics
    } catch {
      diagnostics += splitter.diagnostics
      diagnostics.append(
        Diagnostic(.error, at: Location(file: file, position: error.position), error.message, hint: error.hint))
    }
  }

  private mutating func readFile(_ path: String?, named name: String, _ each: (ManifestObject) -> Void) {
    do throws(FileInput.Failure) {
      read(try FileInput.bytes(of: path, limit: limits.fileSize), file: name, each)
    } catch {
      report(error, name)
    }
  }

  private mutating func readDirectory(_ path: String, depth: Int, _ each: (ManifestObject) -> Void) {
    guard depth <= limits.directoryDepth else {
      diagnostics.append(
        Diagnostic(
          .error, at: Location(file: path), "more than \(limits.directoryDepth) directories inside one another"))
      return
    }
    let names: [String]
    do throws(FileInput.Failure) { names = try FileInput.names(in: path) } catch { return report(error, path) }
    for name in names {
      let child = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      let kind: FileInput.Kind
      do throws(FileInput.Failure) {
        kind = try FileInput.kind(of: child, followingLinks: false)
      } catch {
        report(error, child)
        continue
      }
      // Links to directories are not followed: they may lead round in a circle.
      if kind == .directory { readDirectory(child, depth: depth + 1, each) }
      if kind != .directory, Self.isManifest(name) { readLinkedFile(child, kind, each) }
    }
  }

  private mutating func readLinkedFile(_ path: String, _ kind: FileInput.Kind, _ each: (ManifestObject) -> Void) {
    var kind = kind
    if kind == .symbolicLink {
      // A link that leads nowhere is a file that cannot be read.
      kind = (try? FileInput.kind(of: path, followingLinks: true)) ?? .regular
    }
    guard kind == .regular else {
      if kind == .other {
        diagnostics.append(Diagnostic(.warning, at: Location(file: path), "not a regular file, left out"))
      }
      return
    }
    readFile(path, named: path, each)
  }

  private static func isManifest(_ name: String) -> Bool {
    name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json")
  }

  private mutating func report(_ failure: FileInput.Failure, _ path: String) {
    diagnostics.append(
      Diagnostic(.error, at: Location(file: path), failure.message, category: failure.category))
  }
}
