import Addresses

@testable import Scenarios

/// Frames between the addresses of a world: conversations of few ports that packets come back to, with all that
/// goes wrong on the way.
struct PacketGenerator {
  var random: SeededGenerator
  private var conversations: [Conversation] = []

  private struct Conversation {
    var source: IPAddress
    var destination: IPAddress
    var protocolNumber: UInt8
    var sourcePort: UInt16
    var destinationPort: UInt16
  }

  private let addressesIPv4: [IPAddress]
  private let addressesIPv6: [IPAddress]
  private let ports: [UInt16]

  init(random: SeededGenerator, world: TableGenerator.World = .small) {
    self.random = random
    addressesIPv4 = world.addresses.filter { !$0.isIPv6 }
    addressesIPv6 = world.addresses.filter { $0.isIPv6 }
    ports = world.ports
  }

  mutating func frame() -> [UInt8] {
    if random.chance(3) { return oddFrame() }
    var conversation = conversation()
    if random.chance(40) {
      (conversation.source, conversation.destination) = (conversation.destination, conversation.source)
      (conversation.sourcePort, conversation.destinationPort) = (conversation.destinationPort, conversation.sourcePort)
    }
    var bytes = frame(of: conversation)
    if random.chance(6) { damage(&bytes) }
    // The kernel wants a byte behind the Ethernet header.
    while bytes.count < 15 { bytes.append(0) }
    return bytes
  }

  // MARK: Conversations

  private mutating func conversation() -> Conversation {
    if conversations.count > 40 { conversations.remove(at: random.count(0...39)) }
    if !conversations.isEmpty, random.chance(85) { return random.pick(conversations) }
    let isIPv6 = addressesIPv4.isEmpty || (!addressesIPv6.isEmpty && random.chance(40))
    let addresses = isIPv6 ? addressesIPv6 : addressesIPv4
    let conversation = Conversation(
      source: random.pick(addresses), destination: random.pick(addresses),
      protocolNumber: random.pick([6, 6, 6, 6, 17, 17, 17, 132, isIPv6 ? 58 : 1, isIPv6 ? 58 : 1, 47, 112, 1, 58]),
      sourcePort: random.pick([1024, 40000, 40001, random.pick(ports)]),
      destinationPort: random.pick(ports))
    conversations.append(conversation)
    return conversation
  }

  private mutating func frame(of conversation: Conversation) -> [UInt8] {
    let payload = payload(of: conversation)
    let tags = random.chance(5) ? (0..<random.count(1...3)).map { UInt16($0 + 100) } : []
    return conversation.source.isIPv6
      ? ipv6(conversation, payload, tags: tags) : ipv4(conversation, payload, tags: tags)
  }

  private mutating func payload(of conversation: Conversation) -> [UInt8] {
    switch conversation.protocolNumber {
    case 6:
      let flags: UInt8 = random.pick([0x02, 0x02, 0x12, 0x10, 0x10, 0x18, 0x11, 0x01, 0x04, 0x14, 0x06, 0x00])
      return FrameBuilder.tcp(conversation.sourcePort, conversation.destinationPort, flags: flags)
    case 17:
      return FrameBuilder.udp(conversation.sourcePort, conversation.destinationPort, data: [1, 2, 3])
    case 132: return FrameBuilder.sctp(conversation.sourcePort, conversation.destinationPort)
    case 1:
      let type: UInt8 = random.pick([8, 8, 0, 0, 3, 3, 4, 5, 11, 12, 13])
      return icmp(type, code: random.pick([0, 4]), conversation)
    case 58:
      let type: UInt8 = random.pick([128, 128, 129, 129, 1, 2, 3, 4, 133, 134, 135, 136, 130, 137, 143])
      return icmp(type, code: 0, conversation)
    default: return [0, 1, 2, 3, 4, 5, 6, 7]
    }
  }

  /// The message, now and then cut within its header.
  private mutating func icmp(_ type: UInt8, code: UInt8, _ conversation: Conversation) -> [UInt8] {
    let message = FrameBuilder.icmp(type, code: code, identifier: conversation.destinationPort) + [0, 0]
    return random.chance(10) ? Array(message.prefix(random.count(0...8))) : message
  }

  private mutating func ipv4(_ conversation: Conversation, _ payload: [UInt8], tags: [UInt16]) -> [UInt8] {
    var builder = FrameBuilder(type: random.chance(1) ? 0x86dd : 0x0800, tags: tags)
    var fragment: UInt16 = 0
    var payload = payload
    if random.chance(12) {
      fragment = random.pick([0x2000, 0x2000, 0x0010, 0x2010])
      if fragment & 0x1fff != 0 { payload = [9, 9, 9, 9, 9, 9, 9, 9] }
    }
    builder.appendIPv4(
      conversation.source, conversation.destination, protocolNumber: conversation.protocolNumber, payload: payload,
      options: random.chance(5) ? [1, 1, 1, 0] : [], identification: UInt16(random.count(1...4)), fragment: fragment)
    return builder.bytes
  }

  private mutating func ipv6(_ conversation: Conversation, _ payload: [UInt8], tags: [UInt16]) -> [UInt8] {
    var builder = FrameBuilder(type: random.chance(1) ? 0x0800 : 0x86dd, tags: tags)
    var next = conversation.protocolNumber
    var payload = payload
    if random.chance(18) {
      for _ in 0..<random.count(1...(random.chance(20) ? 6 : 3)) {
        let kind: UInt8 = random.pick([0, 43, 60, 51, 44, 44])
        payload = extensionHeader(kind, before: next) + payload
        next = kind
      }
    }
    if random.chance(1) { next = 59 }
    builder.appendIPv6(conversation.source, conversation.destination, nextHeader: next, payload: payload)
    var bytes = builder.bytes
    if random.chance(2) {
      // A payload length of 0, as segmentation offload and jumbograms have it.
      let place = 14 + 4 * tags.count + 4
      (bytes[place], bytes[place + 1]) = (0, 0)
    }
    return bytes
  }

  private mutating func extensionHeader(_ kind: UInt8, before next: UInt8) -> [UInt8] {
    switch kind {
    case 44:
      let field: UInt16 = random.pick([0x0001, 0x0001, 0x0000, 0x00a0, 0x00a1])
      return [next, 0, UInt8(field >> 8), UInt8(truncatingIfNeeded: field), 0, 0, 0, UInt8(random.count(1...4))]
    case 51: return [next, 2] + [UInt8](repeating: 0, count: 14)
    case 0 where random.chance(20): return [next, 0, 0xc2, 4, 0, 1, 0, 0]
    default: return random.chance(50) ? [next, 0, 1, 4, 0, 0, 0, 0] : [next, 1] + [UInt8](repeating: 0, count: 14)
    }
  }

  // MARK: What goes wrong

  private mutating func damage(_ bytes: inout [UInt8]) {
    switch random.count(0...3) {
    case 0: bytes.removeLast(random.count(0...(bytes.count - 15)))
    case 1: bytes[random.count(12...(bytes.count - 1))] ^= 1 << UInt8(random.count(0...7))
    case 2: bytes[random.count(12...(bytes.count - 1))] = UInt8(random.count(0...255))
    default: bytes += [UInt8](repeating: 0, count: random.count(1...30))
    }
  }

  private mutating func oddFrame() -> [UInt8] {
    let types: [UInt16] = [0x0806, 0x88cc, 0x8847, 0x0026, 0x05ff, 0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100]
    var builder = FrameBuilder(type: random.pick(types))
    builder.append((0..<random.count(1...60)).map { _ in UInt8(random.count(0...255)) })
    return builder.bytes
  }
}
