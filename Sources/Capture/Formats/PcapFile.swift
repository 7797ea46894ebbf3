internal import CPrefetch
internal import Packet

/// The classic format (draft-ietf-opsawg-pcap): a header, then records one after the other.
struct PcapFile {
  private static let headerLength = 24
  private static let recordLength = 16
  /// Of the variant that some Linux kernels wrote, with an interface index, protocol and packet type.
  private static let longRecordLength = 24
  /// What that variant's interfaces may add to the snapshot length: a made-up Ethernet header.
  private static let cookedAllowance: UInt32 = 14

  /// Versions before 2.4 have the two lengths of a record the other way round, all or some of them.
  private enum LengthOrder { case capturedFirst, originalFirst, shorterFirst }

  let linkType: UInt32
  /// What records are cut to.
  let snapLength: UInt32
  private let isSwapped: Bool
  /// Nanoseconds in a unit of the record's fraction of a second.
  private let unit: Int64
  private let recordLength: Int
  private let lengthOrder: LengthOrder
  private let longestPacket: UInt32

  /// Reads the file header.
  init(_ bytes: inout CaptureBytes, format: CaptureFormat) throws(FormatError) {
    guard bytes.need(Self.headerLength) else {
      throw FormatError("the file header is cut short, \(bytes.available) of \(Self.headerLength) bytes are there")
    }
    let header = bytes.cursor
    let isSwapped = format.isBigEndian ?? false
    let (major, minor) = (header.half(4, swapped: isSwapped), header.half(6, swapped: isSwapped))
    switch (major, minor) {
    case (2, ...2), (543, 0): lengthOrder = .originalFirst
    case (2, 3): lengthOrder = .shorterFirst
    case (2, 4): lengthOrder = .capturedFirst
    default: throw FormatError("version \(major).\(minor) of the pcap format is not known")
    }
    self.isSwapped = isSwapped
    unit = format.resolution == .nanoseconds ? 1 : 1000
    recordLength = format.container == .modifiedPcap ? Self.longRecordLength : Self.recordLength
    // Above the number stand the length of the frame check sequence and other flags.
    linkType = LinkNumber.registered(header.word(20, swapped: isSwapped) & 0x03ff_ffff)
    longestPacket = LinkNumber.longestPacket(linkType)
    let stated = header.word(16, swapped: isSwapped)
    let limit = stated == 0 || stated > Int32.max ? longestPacket : stated
    snapLength = format.container == .modifiedPcap && linkType == 1 ? limit + Self.cookedAllowance : limit
    bytes.skip(Self.headerLength)
  }

  /// Writes the next packets to `packets`, of those that begin before `limit`.
  ///
  /// - Returns: how many; fewer than fit where the capture ends or is damaged, and where more would need bytes to move
  ///   that were handed out already.
  func read(
    _ bytes: inout CaptureBytes, into packets: UnsafeMutableBufferPointer<CapturedPacket>,
    before limit: UnsafeRawPointer = .end
  ) throws(FormatError) -> Int {
    // Nearly all files were written by a program of today on a processor of this byte order.
    !isSwapped && lengthOrder == .capturedFirst
      ? try read(&bytes, into: packets, before: limit, isUsual: true)
      : try read(&bytes, into: packets, before: limit, isUsual: false)
  }

  @inline(__always)
  private func read(
    _ bytes: inout CaptureBytes, into packets: UnsafeMutableBufferPointer<CapturedPacket>,
    before limit: UnsafeRawPointer, isUsual: Bool
  ) throws(FormatError) -> Int {
    guard let base = packets.baseAddress else { return 0 }
    let (recordLength, unit) = (recordLength, unit)
    let (longest, snapLength, linkType) = (Int(longestPacket), Int(snapLength), linkType)
    // Few packets at a time are asked for by whoever judges the ones before; many are not.
    let isAhead = packets.count > CaptureReader.few
    var record = bytes.cursor
    var count = 0
    while count < packets.count, record < limit {
      let room = bytes.end - record &- recordLength
      guard room >= 0, room >= Int(lengths(record, isUsual).captured) else {
        // Cut short, or a stream of which more has to be read first.
        bytes.move(to: record)
        guard count == 0, try readMore(&bytes) else { return count }
        record = bytes.cursor
        continue
      }
      if isAhead { Self.prefetch(record) }
      let (captured, original) = lengths(record, isUsual)
      if captured > longest {
        bytes.move(to: record)
        if count > 0 { return count }
        throw FormatError("a record of \(captured) bytes, where \(longest) are the most")
      }
      let seconds = Int64(record.word(0, swapped: !isUsual && isSwapped))
      let fraction = Int64(record.word(4, swapped: !isUsual && isSwapped))
      base[count] = CapturedPacket(
        timestamp: seconds &* 1_000_000_000 &+ fraction &* unit, originalLength: original, linkType: linkType,
        bytes: UnsafeRawBufferPointer(start: record + recordLength, count: min(Int(captured), snapLength)))
      record += recordLength &+ Int(captured)
      count &+= 1
    }
    bytes.move(to: record)
    return count
  }

  /// Whether a record may begin here, and further ones after it: whether they look like those of a file that begins with
  /// `first`. Guessing only; what is read by it has to be confirmed.
  func mayBegin(at place: UnsafeRawPointer, end: UnsafeRawPointer, like first: UnsafeRawPointer) -> Bool {
    var place = place
    for _ in 0..<Self.guessedRecords {
      guard end - place >= recordLength else { return place == end }
      let (captured, original) = lengths(place)
      let seconds = Int64(place.word(0, swapped: isSwapped)) - Int64(first.word(0, swapped: isSwapped))
      guard captured <= longestPacket, captured <= original, original <= longestPacket,
        Int64(place.word(4, swapped: isSwapped)) &* unit < 1_000_000_000, seconds.magnitude < Self.guessedSeconds,
        end - place - recordLength >= Int(captured)
      else { return false }
      place += recordLength + Int(captured)
    }
    return true
  }

  /// So many records in a row, within half a year, are hardly found where there are none.
  private static let guessedRecords = 4
  private static let guessedSeconds: UInt64 = 180 * 86_400

  /// Makes a whole record available; false at the regular end.
  @inline(never)
  private func readMore(_ bytes: inout CaptureBytes) throws(FormatError) -> Bool {
    guard bytes.need(recordLength) else {
      if bytes.available == 0 { return false }
      throw FormatError("it ends within a record's header")
    }
    let captured = lengths(bytes.cursor).captured
    guard captured <= longestPacket else {
      throw FormatError("a record of \(captured) bytes, where \(longestPacket) are the most")
    }
    guard bytes.need(recordLength + Int(captured)) else { throw FormatError("it ends within a packet") }
    return true
  }

  /// Four lines at a distance of some packets; beyond the end they do no harm.
  @inline(__always)
  private static func prefetch(_ record: UnsafeRawPointer) {
    let ahead = record + 4096
    weir_prefetch(ahead)
    weir_prefetch(ahead + 64)
    weir_prefetch(ahead + 128)
    weir_prefetch(ahead + 192)
  }

  /// - Parameter isUsual: whether the file is known to be in this processor's byte order, and of today's version.
  @inline(__always)
  private func lengths(_ record: UnsafeRawPointer, _ isUsual: Bool = false) -> (captured: UInt32, original: UInt32) {
    if isUsual { return (record.word(8, swapped: false), record.word(12, swapped: false)) }
    let (first, second) = (record.word(8, swapped: isSwapped), record.word(12, swapped: isSwapped))
    switch lengthOrder {
    case .capturedFirst: return (first, second)
    case .originalFirst: return (second, first)
    case .shorterFirst: return first <= second ? (first, second) : (second, first)
    }
  }
}

extension UnsafeRawPointer {
  /// Beyond all memory.
  fileprivate static var end: UnsafeRawPointer { UnsafeRawPointer(bitPattern: UInt.max).unsafelyUnwrapped }
}
