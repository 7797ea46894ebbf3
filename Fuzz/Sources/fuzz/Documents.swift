import Manifest

enum Documents {
  static func manifest(_ bytes: RawSpan) {
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    var reader = ManifestReader()
    reader.read(text: text, file: "input.yaml") { _ in }
  }
}
