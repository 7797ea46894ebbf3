import Manifest

/// The items of a Secret that may hold the value of an HTTP header.
enum SecretItems {
  /// nil for the types whose items are keys and certificates.
  static func read(_ root: Field) throws(WrongShape) -> [String: String]? {
    switch try root("type").string() {
    case nil, "", "Opaque", "opaque", "generic": break
    default: return nil
    }
    var items: [String: String] = [:]
    if let data = try root("data").value {
      for (key, text) in try Field(data, "data").stringMap() {
        guard let bytes = Base64.decode(text) else {
          throw Field(data[key], "data.\(key)").wrongBase64()
        }
        items[key] = String(decoding: bytes, as: UTF8.self)
      }
    }
    // What the API server makes of both.
    items.merge(try root("stringData").stringMap()) { _, plain in plain }
    return items
  }
}

extension Field {
  /// The value itself stays out of the message: it is a secret.
  fileprivate func wrongBase64() -> WrongShape {
    WrongShape(
      position: value?.position ?? .unknown, message: "\(name): expected base64",
      hint: "plain text belongs under stringData")
  }
}
