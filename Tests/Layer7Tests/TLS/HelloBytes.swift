/// Makes ClientHellos for tests.
enum HelloBytes {
  static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func vector(_ bytes: [UInt8], _ count: Int) -> [UInt8] { number(bytes.count, count) + bytes }

  static func serverName(_ names: [String]) -> [UInt8] {
    let list = names.flatMap { name -> [UInt8] in [0] + vector(Array(name.utf8), 2) }
    return number(0, 2) + vector(vector(list, 2), 2)
  }

  static func applicationProtocols(_ names: [String]) -> [UInt8] {
    number(16, 2) + vector(vector(names.flatMap { vector(Array($0.utf8), 1) }, 2), 2)
  }

  static func supportedVersions(_ versions: [Int]) -> [UInt8] {
    number(43, 2) + vector(vector(versions.flatMap { number($0, 2) }, 1), 2)
  }

  static func empty(_ type: Int, _ count: Int = 3) -> [UInt8] {
    number(type, 2) + vector([UInt8](repeating: 7, count: count), 2)
  }

  /// The body of a ClientHello.
  static func body(_ extensions: [[UInt8]]?, version: Int = 0x0303, cookie: [UInt8]? = nil) -> [UInt8] {
    var body = number(version, 2) + [UInt8](repeating: 0x55, count: 32) + vector([1, 2, 3, 4], 1)
    if let cookie { body += vector(cookie, 1) }
    body += vector([0x0a, 0x0a, 0x13, 0x01, 0x13, 0x02], 2) + vector([0], 1)
    if let extensions { body += vector(extensions.flatMap { $0 }, 2) }
    return body
  }

  static func message(_ body: [UInt8], type: UInt8 = 1) -> [UInt8] { [type] + vector(body, 3) }

  /// A handshake message in records of at most `limit` bytes.
  static func records(_ message: [UInt8], limit: Int = 16_384, type: UInt8 = 22) -> [UInt8] {
    stride(from: 0, to: message.count, by: limit).flatMap {
      [type, 3, 1] + vector(Array(message[$0..<min($0 + limit, message.count)]), 2)
    }
  }

  static let usual = body([
    empty(0x0a0a, 0), serverName(["shop.example"]), empty(0xfe0d), applicationProtocols(["h2", "http/1.1"]),
    supportedVersions([0x1a1a, 0x0304, 0x0303]),
  ])
}
