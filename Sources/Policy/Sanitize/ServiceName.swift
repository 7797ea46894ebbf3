/// The syntax of IANA service names (RFC 6335), which Cilium uses for named ports.
enum ServiceName {
  /// At most 15 letters, digits and single inner dashes, at least one letter. A numeral with a letter in it, such as
  /// `0x50`, is therefore a name and no number.
  static func isValid(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (1...15).contains(bytes.count), bytes.contains(where: \.isLetter) else { return false }
    var previousIsDash = true
    for byte in bytes {
      let isDash = byte == UInt8(ascii: "-")
      guard byte.isAlphanumeric || (isDash && !previousIsDash) else { return false }
      previousIsDash = isDash
    }
    return !previousIsDash
  }
}
