/// Messages of the protocols, made by hand.
enum Messages {
  static func request(_ method: String, _ path: String, body: String = "") -> [UInt8] {
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
    return Array("\(method) \(path) HTTP/1.1\r\nHost: shop\r\n\(length)\r\n\(body)".utf8)
  }

  static func response(_ status: Int, body: String = "ok") -> [UInt8] {
    Array("HTTP/1.1 \(status) Text\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
  }

  /// - Parameter padding: bytes of an extension nobody knows.
  static func clientHello(_ serverName: String?, padding: Int = 0) -> [UInt8] {
    var extensions: [UInt8] = []
    if let serverName {
      let name = [0] + Wire.big(UInt16(serverName.utf8.count)) + Array(serverName.utf8)
      extensions += [0, 0] + Wire.big(UInt16(name.count + 2)) + Wire.big(UInt16(name.count)) + name
    }
    if padding > 0 { extensions += [0, 21] + Wire.big(UInt16(padding)) + [UInt8](repeating: 0, count: padding) }
    let body =
      [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 0x01, 1, 0] + Wire.big(UInt16(extensions.count))
      + extensions
    let message = [1, 0] + Wire.big(UInt16(body.count)) + body
    return [22, 3, 1] + Wire.big(UInt16(message.count)) + message
  }

  static func query(_ name: String, id: UInt16 = 7, type: UInt16 = 1) -> [UInt8] {
    Wire.big(id) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + encoded(name) + Wire.big(type) + [0, 1]
  }

  /// An answer with records of these owners, types and data.
  static func answer(
    _ name: String, id: UInt16 = 7, code: UInt8 = 0, _ records: [(owner: String, type: UInt16, data: [UInt8])]
  ) -> [UInt8] {
    var bytes = Wire.big(id) + [0x81, 0x80 | code, 0, 1] + Wire.big(UInt16(records.count)) + [0, 0, 0, 0]
    bytes += encoded(name) + [0, 1, 0, 1]
    for record in records {
      bytes += encoded(record.owner) + Wire.big(record.type) + [0, 1, 0, 0, 0, 60]
      bytes += Wire.big(UInt16(record.data.count)) + record.data
    }
    return bytes
  }

  static func encoded(_ name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// Metadata, version 1, of these topics.
  static func kafkaMetadata(_ topics: [String]) -> [UInt8] {
    var body: [UInt8] = [0, 3, 0, 1, 0, 0, 0, 9] + string("client")
    body += Wire.big(UInt32(topics.count)) + topics.flatMap(string)
    return Wire.big(UInt32(body.count)) + body
  }

  private static func string(_ text: String) -> [UInt8] { Wire.big(UInt16(text.utf8.count)) + Array(text.utf8) }
}
