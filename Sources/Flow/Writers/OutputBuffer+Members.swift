/// Members of a protobuf message in JSON: each writes nothing when the value is the field's zero.
extension OutputBuffer {
  @inline(__always)
  mutating func member(_ name: StaticString, text: String) {
    if text.isEmpty { return }
    member(name)
    append(json: text)
  }

  mutating func member(_ name: StaticString, texts: [String]) {
    if texts.isEmpty { return }
    member(name)
    append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      append(json: text)
    }
    append(UInt8(ascii: "]"))
  }

  @inline(__always)
  mutating func member(_ name: StaticString, number: UInt32) {
    if number == 0 { return }
    member(name)
    append(decimal: UInt64(number))
  }

  mutating func member(_ name: StaticString, signed number: Int32) {
    if number == 0 { return }
    member(name)
    append(decimal: Int64(number))
  }

  /// A 64-bit number, which JSON carries as a string.
  mutating func member(_ name: StaticString, wide number: UInt64) {
    if number == 0 { return }
    member(name)
    append(UInt8(ascii: "\""))
    append(decimal: number)
    append(UInt8(ascii: "\""))
  }

  @inline(__always)
  mutating func member<Value: ProtobufEnum>(_ name: StaticString, enumeration value: Value) {
    if value.rawValue == 0 { return }
    member(name)
    append(UInt8(ascii: "\""))
    append(text: value.protobufName)
    append(UInt8(ascii: "\""))
  }

  mutating func member(_ name: StaticString, time: Int64?) {
    guard let time else { return }
    member(name)
    append(UInt8(ascii: "\""))
    Timestamp.writeProtobuf(time, to: &self)
    append(UInt8(ascii: "\""))
  }

  mutating func member(_ name: StaticString, service: Flow.Service?) {
    guard let service else { return }
    member(name)
    append(UInt8(ascii: "{"))
    member("\"name\":", text: service.name)
    member("\"namespace\":", text: service.namespace)
    append(UInt8(ascii: "}"))
  }

  mutating func member(_ name: StaticString, policies: [Flow.Policy]) {
    if policies.isEmpty { return }
    member(name)
    append(UInt8(ascii: "["))
    for policy in policies {
      member("{")
      member("\"name\":", text: policy.name)
      member("\"namespace\":", text: policy.namespace)
      member("\"labels\":", texts: policy.labels)
      member("\"revision\":", wide: policy.revision)
      member("\"kind\":", text: policy.kind)
      append(UInt8(ascii: "}"))
    }
    append(UInt8(ascii: "]"))
  }

  /// A number of JSON: whole ones without a point; `null` for what JSON cannot hold.
  mutating func append(json number: Double) {
    guard number.isFinite else { return append("null") }
    if number.rounded(.towardZero) == number, abs(number) < 9e15 {
      return append(decimal: Int64(number))
    }
    append(text: number.description)
  }
}
