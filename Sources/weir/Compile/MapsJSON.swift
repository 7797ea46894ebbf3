import Kernel

/// What `weir compile -o maps` writes: each map with its elements as `bpftool map dump -j` prints those of a map without
/// type information, every byte in hexadecimal.
struct MapsJSON {
  let maps: [MapImage]

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.key("maps")
      json.array(maps) { json, map in
        json.object { json in
          json.field("name", map.name)
          json.field("type", map.type)
          json.field("bytes_key", map.keySize)
          json.field("bytes_value", map.valueSize)
          json.field("max_entries", map.capacity)
          json.key("elements")
          json.array(map.elements) { json, element in
            json.object { json in
              Self.write("key", element.key, to: &json)
              Self.write("value", element.value, to: &json)
            }
          }
        }
      }
    }
    json.line()
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func write(_ name: String, _ bytes: [UInt8], to json: inout JSONWriter) {
    json.key(name)
    json.array(bytes) { json, byte in
      json.quoted {
        $0 += [UInt8(ascii: "0"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
  }
}
