/// A request's parts as text, made when asked for.
extension HTTPRequestView {
  public var methodText: String { bytes.text(method) }
  /// Empty when the request names no host.
  public var authorityText: String { authority.map { bytes.text($0) } ?? "" }

  /// The path with its query, as policy sees it; empty for `CONNECT`.
  ///
  /// - Parameter isNormalized: the option `http-normalize-path`.
  public func pathText(isNormalized: Bool) -> String {
    guard let path else { return "" }
    guard isNormalized, case .changed(let bytes) = HTTPPathNormalization.normalize(bytes.part(path)) else {
      return self.bytes.text(path)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// True for a gRPC call, which a proxy answers in gRPC's own way.
  public var isGRPC: Bool {
    for field in fields where bytes.isPart(field.name, caseInsensitively: "content-type") {
      let type = bytes.text(field.value).lowercased()
      return type == "application/grpc" || type.hasPrefix("application/grpc+") || type.hasPrefix("application/grpc;")
    }
    return false
  }

  /// Names and values in the order sent, without the pseudo-fields of HTTP/2.
  public var fieldTexts: [(name: String, value: String)] {
    var texts: [(name: String, value: String)] = []
    for field in fields where field.name.isEmpty || bytes.byte(Int(field.name.start)) != UInt8(ascii: ":") {
      texts.append((bytes.text(field.name), bytes.text(field.value)))
    }
    return texts
  }
}
