internal import CPcap
internal import Glibc

/// Reads one capture from its first packet to its last, through libpcap.
///
/// Reading allocates nothing per packet. A capture that is damaged in the middle ends where the damage is; `damage` then
/// says what it was.
///
/// The reader owns libpcap's handle, which no one else sees: it is closed exactly once, when the reader ends. That, and
/// that the bytes of a packet are valid until the next call, is what the unsafe code in this file rests on.
public struct CaptureReader: ~Copyable {
  /// As the user gave it; `<stdin>` for standard input.
  public let name: String
  public let format: CaptureFormat
  public let isCompressed: Bool
  /// The `LINKTYPE_` number of every packet: libpcap refuses files with several.
  public let linkType: UInt32
  /// The most bytes that a packet was captured with; 0 when the file does not say.
  public let snapLength: Int
  /// Set when the capture ended before its end.
  public private(set) var damage: CaptureError?

  private let handle: OpaquePointer
  private let inflating: InflatingStream?

  /// - Parameters:
  ///   - path: a file, or `-` for standard input; pcap or pcapng, gzip-compressed or not.
  ///   - filter: an expression of pcap-filter(7); packets that it does not match are not handed out.
  public init(path: String, filter: String? = nil) throws(CaptureError) {
    let input = try CaptureInput.open(path)
    let handle = try Self.makeHandle(input, name: CaptureInput.displayName(path), filter: filter)
    self.handle = handle
    name = CaptureInput.displayName(path)
    format = input.format
    inflating = input.inflating
    isCompressed = input.inflating?.isCompressed ?? false
    linkType = Self.registryNumber(dlt: pcap_datalink(handle))
    snapLength = Int(pcap_snapshot(handle))
    damage = nil
  }

  deinit { pcap_close(handle) }

  /// The next packet; nil at the end of the capture or where it is damaged.
  public mutating func next() -> CapturedPacket? {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    guard pcap_next_ex(handle, &header, &data) == 1, let header, let data else {
      noteEnd()
      return nil
    }
    // libpcap has read `caplen` bytes into its buffer, which stays as it is until the next call.
    let bytes = UnsafeRawBufferPointer(start: data, count: Int(header.pointee.caplen))
    return CapturedPacket(
      timestamp: Self.nanoseconds(header.pointee.ts), originalLength: header.pointee.len, linkType: linkType,
      bytes: bytes)
  }

  private mutating func noteEnd() {
    guard damage == nil else { return }
    // At a regular end libpcap leaves its message empty.
    let message = pcap_geterr(handle).map { String(cString: $0) } ?? ""
    if let failure = inflating?.failure {
      damage = CaptureError(file: name, reason: .damaged(failure))
    } else if !message.isEmpty {
      damage = CaptureError(file: name, reason: .damaged(message))
    }
  }

  /// With nanosecond precision the field for microseconds holds nanoseconds. Damaged files have times that no clock
  /// shows; they are clamped.
  private static func nanoseconds(_ time: timeval) -> Int64 {
    let (product, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(Int64(time.tv_usec))
    return overflow || carry ? (time.tv_sec < 0 ? .min : .max) : sum
  }

  private static func makeHandle(
    _ input: CaptureInput, name: String, filter: String?
  ) throws(CaptureError) -> OpaquePointer {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard
      let handle = pcap_fopen_offline_with_tstamp_precision(
        input.file, UInt32(PCAP_TSTAMP_PRECISION_NANO), &message)
    else {
      // On failure the stream is still the caller's.
      fclose(input.file)
      throw CaptureError(file: name, reason: .refused(text(message)))
    }
    guard let filter else { return handle }
    do throws(CaptureError) {
      try apply(filter, to: handle, name: name)
    } catch {
      pcap_close(handle)
      throw error
    }
    return handle
  }

  private static func apply(_ filter: String, to handle: OpaquePointer, name: String) throws(CaptureError) {
    var program = bpf_program()
    // PCAP_NETMASK_UNKNOWN, a macro that Swift does not import.
    guard pcap_compile(handle, &program, filter, 1, 0xffff_ffff) == 0 else {
      throw CaptureError(file: name, reason: .badFilter(filter, String(cString: pcap_geterr(handle))))
    }
    defer { pcap_freecode(&program) }
    guard pcap_setfilter(handle, &program) == 0 else {
      throw CaptureError(file: name, reason: .badFilter(filter, String(cString: pcap_geterr(handle))))
    }
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// libpcap hands out the `DLT_` numbers of the system it runs on, which are those of the registry but for a few.
  private static func registryNumber(dlt: Int32) -> UInt32 {
    switch dlt {
    case DLT_RAW, 14: 101
    case DLT_ATM_RFC1483: 100
    case DLT_PPP_SERIAL: 50
    default: UInt32(clamping: dlt)
    }
  }
}
