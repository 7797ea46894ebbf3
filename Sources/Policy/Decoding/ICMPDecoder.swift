import Manifest

/// Decodes `icmps` elements. Type names are resolved here, as in Cilium: an unknown one is a decode error.
enum ICMPDecoder {
  static func rule(_ field: Field) throws(Refusal) -> ICMPDocument {
    ICMPDocument(field: field, entries: try field.objects("fields", entry) ?? [])
  }

  private static func entry(_ field: Field) throws(Refusal) -> ICMPDocument.Entry {
    let family = try field.text("family")
    guard let type = field["type"] else { throw field.missing("type").refusal("ICMP type is required") }
    return ICMPDocument.Entry(field: field, family: family, type: try number(type, family: family))
  }

  private static func number(_ field: Field, family: String) throws(Refusal) -> Int64 {
    if let number = field.wholeNumber {
      guard Int32(exactly: number) != nil else {
        throw field.refusal("cannot unmarshal number \(number): out of range")
      }
      return number
    }
    guard let name = field.value.string else { throw field.mismatch(expected: "an integer or a string") }
    if let number = ICMPType.number(name, isIPv6: family == "IPv6") { return Int64(number) }
    if let number = UInt8(name) { return Int64(number) }
    let other = ICMPType.number(name, isIPv6: family != "IPv6")
    let hint = other.map { number in
      "\(family == "IPv6" ? "IPv4" : "IPv6") has a type of this name (\(number)); set family accordingly"
    }
    throw field.refusal(
      "ICMP type \(name) not found in \(family.isEmpty ? "IPv4" : family)",
      hint: hint ?? "names are written in CamelCase, such as EchoRequest; numbers work too")
  }
}
