/// Walks over a domain name within a message: labels, and pointers to where a name goes on (RFC 1035 §4.1.4).
enum DNSName {
  /// Bytes of a name's labels with their lengths, the root's included (RFC 1035 §2.3.4).
  static let maximumLength = 255
  /// Pointers followed for one name; a name of 127 labels needs no more than one each.
  static let maximumPointers = 126

  enum Piece {
    case label(ByteRange)
    /// A label of so many bits (RFC 2673), which only old messages have.
    case bitString(bits: Int, ByteRange)
  }

  enum End {
    case root
    case tooLong
    /// More than `maximumPointers`, which only a loop has.
    case loop
    /// A pointer to something that does not come before it, which RFC 1035 has not.
    case forwardPointer
    /// A label of a type that nobody uses (RFC 6891 §5), whose length is not known.
    case unknownLabel
  }

  struct Walk {
    /// Bytes that the name takes where it begins: up to its root or its first pointer.
    var length: Int
    var end: End
  }

  /// Calls `visit` with each piece up to the name's end. nil when the bytes end first, or for a label that cannot be.
  ///
  /// - Parameter followsForward: Cilium's DNS proxy counts pointers only, wherever they lead.
  @inline(__always)
  static func walk(
    _ bytes: RawSpan, at start: Int, followsForward: Bool = true, _ visit: (Piece) -> Void
  ) -> Walk? {
    var offset = start
    var pointers = 0
    var pointsForward = false
    var nameLength = 1
    /// Set at the first pointer.
    var length: Int?
    while offset < bytes.byteCount {
      let first = Int(bytes.byte(offset))
      offset += 1
      switch first & 0xc0 {
      case 0 where first == 0:
        let isRefused = pointsForward && !followsForward
        return Walk(
          length: length ?? offset - start,
          end: nameLength > maximumLength ? .tooLong : isRefused ? .forwardPointer : .root)
      case 0:
        nameLength += first + 1
        if nameLength <= maximumLength {
          guard bytes.byteCount - offset >= first else { return nil }
          visit(.label(ByteRange(offset, first)))
        } else if let length {
          return Walk(length: length, end: .tooLong)
        }
        offset += first
      case 0xc0:
        guard offset < bytes.byteCount else { return nil }
        let target = (first & 0x3f) << 8 | Int(bytes.byte(offset))
        let taken = length ?? offset + 1 - start
        length = taken
        pointers += 1
        if nameLength > maximumLength { return Walk(length: taken, end: .tooLong) }
        if pointers > maximumPointers { return Walk(length: taken, end: .loop) }
        pointsForward = pointsForward || target >= offset - 1
        offset = target
      case 0x40 where first == 0x41:
        guard offset < bytes.byteCount else { return nil }
        let bits = bytes.byte(offset) == 0 ? 256 : Int(bytes.byte(offset))
        let count = (bits + 7) / 8
        guard bytes.byteCount - offset - 1 >= count else { return nil }
        nameLength += count + 2
        if nameLength <= maximumLength { visit(.bitString(bits: bits, ByteRange(offset + 1, count))) }
        offset += 1 + count
      case 0x40:
        // Without a label before it there is nothing of a name.
        guard offset - start > 1 else { return nil }
        return Walk(length: length ?? offset - start, end: .unknownLabel)
      default:
        return nil
      }
    }
    return nil
  }
}
