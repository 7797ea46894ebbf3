import Testing

@Suite struct PacketTests {}
