import Layer7

/// Where a message was found: the packet that completed it, and its ends.
struct MessagePlace {
  var frame: Int
  var protocolNumber: UInt8
  var source: StreamEnd
  var destination: StreamEnd
}

/// Messages of one kind as JSON, written while they are found and put in order at the end.
struct MessageList {
  /// Messages beyond it are counted only.
  static let limit = 1 << 20
  /// So are messages once there is so much text.
  static let byteLimit = 1 << 28

  private struct Entry {
    var frame: Int
    var text: Range<Int>
  }

  private var json = JSONWriter()
  private var entries: [Entry] = []
  private(set) var unlisted = 0

  mutating func add(_ place: MessagePlace, _ body: (inout JSONWriter) -> Void) {
    guard entries.count < Self.limit, json.bytes.count < Self.byteLimit else { return unlisted += 1 }
    json.separately { json in
      let start = json.bytes.count
      json.object { json in
        json.field("frame", place.frame)
        json.key("tuple")
        json.array { json in
          json.value(place.protocolNumber)
          for end in [place.source, place.destination] {
            json.value(end.address)
            json.value(Int(end.port))
          }
        }
        body(&json)
      }
      entries.append(Entry(frame: place.frame, text: start..<json.bytes.count))
    }
  }

  /// Writes the list in the order of the packets: what is incomplete is only told of at the end.
  func write(_ name: String, to json: inout JSONWriter) {
    if unlisted > 0 { json.field(name + "_unlisted", unlisted) }
    json.key(name)
    let ordered = entries.enumerated().sorted { ($0.element.frame, $0.offset) < ($1.element.frame, $1.offset) }
    json.array(ordered) { $0.value(json: self.json.bytes[$1.element.text]) }
  }
}
