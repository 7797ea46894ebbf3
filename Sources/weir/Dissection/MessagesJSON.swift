import Layer7

/// Messages as elements of `weir dissect`'s arrays `tls`, `quic` and so on.
extension JSONWriter {
  mutating func messages(_ messages: CaptureMessages) {
    list("tls", messages.tls) { json, message in
      json.field("kind", message.content.isDatagram ? "dtls" : "tls")
      json.hello(message.content.hello)
    }
    list("quic", messages.quic) { $0.event($1.content) }
  }

  private mutating func list<Content>(
    _ name: String, _ list: MessageList<Content>, _ body: (inout JSONWriter, CaptureMessage<Content>) -> Void
  ) {
    if list.unlisted > 0 { field(name + "_unlisted", list.unlisted) }
    key(name)
    array(list.ordered) { json, message in
      json.object { json in
        json.field("frame", message.frame)
        json.key("tuple")
        json.array { json in
          json.value(message.protocolNumber)
          for end in [message.source, message.destination] {
            json.value(end.address)
            json.value(Int(end.port))
          }
        }
        body(&json, message)
      }
    }
  }

  private mutating func hello(_ hello: TLSClientHello) {
    strings("sni", hello.serverNames)
    strings("alpn", hello.applicationProtocols)
    field("client_version", Self.hexadecimal(hello.version))
    if !hello.supportedVersions.isEmpty {
      strings("supported_versions", hello.supportedVersions.map(Self.hexadecimal))
    }
    field("ech", hello.offersECH)
    field("esni", hello.offersESNI)
    field("length", hello.length)
    if hello.isTruncated { field("truncated", true) }
  }

  private mutating func event(_ event: QUICReader.Event) {
    switch event {
    case .connection(let version, let destinationID, let packetType, let isGoogle):
      field("proto", isGoogle ? "gquic" : "quic")
      field("event", "connection")
      field("version", version)
      field("dcid", destinationID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      key("long_packet_type")
      if let packetType { value("\(packetType)") } else { null() }
    case .clientHello(let version, let hello):
      field("proto", "quic")
      field("event", "client_hello")
      field("version", version)
      field("kind", "quic")
      self.hello(hello)
    case .googleHello(let version, let serverName):
      field("proto", "gquic")
      field("event", "client_hello")
      field("version", version)
      strings("sni", serverName.isEmpty ? [] : [serverName])
    }
  }

  private mutating func strings(_ name: String, _ strings: [String]) {
    key(name)
    array(strings) { $0.value($1) }
  }

  private static func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
