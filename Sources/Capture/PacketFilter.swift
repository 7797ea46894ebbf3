internal import CPcap
internal import Glibc
internal import Packet

/// An expression of pcap-filter(7), compiled by libpcap for each link type that occurs.
///
/// Unsafe because libpcap's programs are pointers: they are this value's own and freed with it.
struct PacketFilter: ~Copyable {
  /// What a link type compiles to.
  private struct Program {
    var linkType: UInt32
    var code: bpf_program
  }

  private let expression: String
  private let isBigEndian: Bool
  private var programs: [Program] = []

  /// - Parameter isBigEndian: the byte order of the capture, in which some link types have their protocol.
  init(_ expression: String, linkType: UInt32, isBigEndian: Bool) throws(FormatError) {
    self.expression = expression
    self.isBigEndian = isBigEndian
    try compile(for: linkType)
  }

  deinit {
    for program in programs {
      var code = program.code
      pcap_freecode(&code)
    }
  }

  mutating func matches(_ packet: CapturedPacket) throws(FormatError) -> Bool {
    for position in programs.indices where programs[position].linkType == packet.linkType {
      return Self.run(programs[position].code, packet)
    }
    try compile(for: packet.linkType)
    return Self.run(programs[programs.count - 1].code, packet)
  }

  private static func run(_ code: bpf_program, _ packet: CapturedPacket) -> Bool {
    var code = code
    var header = pcap_pkthdr()
    header.caplen = UInt32(packet.bytes.count)
    header.len = packet.originalLength
    return pcap_offline_filter(&code, &header, packet.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)) != 0
  }

  private mutating func compile(for linkType: UInt32) throws(FormatError) {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    // libpcap knows the numbers and byte orders of capture files by reading one: here, one without any packet.
    var header = Self.emptyCapture(linkType, isBigEndian: isBigEndian)
    guard let file = fmemopen(&header, header.count, "rb") else { throw FormatError("out of memory") }
    guard let handle = pcap_fopen_offline(file, &message) else {
      fclose(file)
      let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw FormatError(text)
    }
    defer { pcap_close(handle) }
    var code = bpf_program()
    // PCAP_NETMASK_UNKNOWN, a macro that Swift does not import.
    guard pcap_compile(handle, &code, expression, 1, 0xffff_ffff) == 0 else {
      throw FormatError(String(cString: pcap_geterr(handle)))
    }
    programs.append(Program(linkType: linkType, code: code))
  }

  private static func emptyCapture(_ linkType: UInt32, isBigEndian: Bool) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] {
      withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian, Array.init)
    }
    let version: UInt32 = isBigEndian ? 2 << 16 | 4 : 4 << 16 | 2
    return word(0xa1b2_c3d4) + word(version) + word(0) + word(0) + word(0) + word(linkType)
  }
}
