public import Packet

/// A classic capture in a mapped file, cut into segments that several threads may read at once.
///
/// Nothing in the file says where records begin but the records before. So a segment's first record is guessed: where
/// several that look like the file's own follow each other. Whoever reads segments has to confirm each guess by where the
/// segment before ended, and to read anew from there what does not fit. Then the packets are those of `CaptureReader`,
/// whatever the file holds.
///
/// Unsafe only as a shared mapping is: nobody writes to it, and all other state was set before threads came in.
public final class CaptureSegments: @unchecked Sendable {
  /// A few hundred packets: few enough that the caches hold a segment while it is read, dealt out and judged.
  public static let length = 64 << 10

  /// As the user gave it.
  public let name: String
  public let count: Int
  private let file: MappedFile
  private let pcap: PcapFile
  /// The offset of the first record.
  private let first: Int

  init(_ file: consuming MappedFile, _ pcap: PcapFile, first: Int, name: String) {
    count = (file.count + Self.length - 1) / Self.length
    self.file = file
    self.pcap = pcap
    self.first = first
    self.name = name
  }

  /// Offsets in the file.
  public func range(_ segment: Int) -> Range<Int> {
    segment * Self.length..<min((segment + 1) * Self.length, file.count)
  }

  /// Makes a segment resident.
  ///
  /// - Returns: where its bytes begin, to be asked for before it is read.
  public func prepare(_ segment: Int) -> UnsafeRawPointer {
    let range = range(segment)
    if !isCut(segment) {
      file.touch(range)
      file.touch(range.upperBound - 1..<range.upperBound)
    }
    return file.base + range.lowerBound
  }

  /// Lets go the memory of segments that nobody needs any more.
  public func release(_ segments: Range<Int>) {
    guard !segments.isEmpty else { return }
    file.release(range(segments.lowerBound).lowerBound..<range(segments.upperBound - 1).upperBound)
  }

  /// The offset at which the segment's first record seems to begin; nil where none does.
  public func guess(_ segment: Int) -> Int? {
    let range = range(segment)
    if range.contains(first) { return first }
    guard range.lowerBound > first else { return nil }
    let end = file.base + file.count
    return range.first { pcap.mayBegin(at: file.base + $0, end: end, like: file.base + first) }
  }

  /// Adds packets from `offset` on, which is a record's beginning, and moves it behind them.
  ///
  /// - Parameters:
  ///   - segment: whose records are read: those that begin in it.
  ///   - count: how many are added at most; fewer only at the segment's end and where the capture is damaged.
  /// - Throws: when not even the first of them can be read.
  public func read(
    _ segment: Int, from offset: inout Int, into packets: inout CapturedPackets, atMost count: Int
  ) throws(CaptureError) {
    if packets.count == 0, isCut(segment) { throw damage("the file was cut while it was read") }
    var bytes = CaptureBytes(from: file.base + offset, to: file.base + file.count)
    let limit = file.base + range(segment).upperBound
    do throws(FormatError) {
      try packets.extend(by: count) { buffer throws(FormatError) in
        try pcap.read(&bytes, into: buffer, before: limit)
      }
    } catch {
      throw damage(error.reason)
    }
    offset = bytes.cursor - file.base
    packets.upcoming = bytes.cursor
  }

  /// Whether the file lost its end: looked at once in a megabyte, and in the last segment.
  private func isCut(_ segment: Int) -> Bool { (segment % 16 == 0 || segment == count - 1) && file.isCut }

  private func damage(_ reason: String) -> CaptureError { CaptureError(file: name, reason: .damaged(reason)) }
}
