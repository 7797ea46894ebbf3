import Layer7

/// Messages as elements of `weir dissect`'s arrays `tls`, `http1` and so on.
extension JSONWriter {
  mutating func messages(_ messages: CaptureMessages) {
    messages.tls.write("tls", to: &self)
    messages.quic.write("quic", to: &self)
    messages.http1.write("http1", to: &self)
    messages.http2.write("http2", to: &self)
    messages.dns.write("dns", to: &self)
    messages.kafka.write("kafka", to: &self)
  }

  // MARK: - TLS and QUIC

  mutating func hello(_ hello: TLSClientHello) {
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

  mutating func event(_ event: QUICReader.Event) {
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

  // MARK: - HTTP

  mutating func head(_ head: HTTP1Head, _ bytes: RawSpan) {
    switch head.firstLine {
    case .request(let method, let target, let version):
      field("kind", "request")
      field("method", bytes.text(method))
      field("target", bytes.text(target))
      field("version", bytes.text(version))
      key("host")
      if let host = head.host { value(bytes.text(host)) } else { null() }
    case .response(let version, let status, _):
      field("kind", "response")
      field("status", status)
      field("version", bytes.text(version))
    }
    key("headers")
    begin("[")
    for header in head.fields {
      begin("[")
      value(bytes.text(header.name))
      value(head.value(of: header, in: bytes))
      end("]")
    }
    end("]")
  }

  mutating func block(_ block: HTTP2HeaderBlock) {
    field("kind", block.kind.rawValue)
    field("stream_id", block.streamID)
    field("frame_type", block.frameType)
    for (name, text) in [
      ("method", block.text(of: ":method")), ("path", block.text(of: ":path")),
      ("authority", block.text(of: ":authority")), ("scheme", block.text(of: ":scheme")),
      ("status", block.text(of: ":status")), ("content_type", block.text(of: "content-type")),
      ("grpc_status", block.text(of: "grpc-status")),
    ] {
      if let text { field(name, text) }
    }
    key("headers")
    array(block.fields) { json, header in
      json.array { json in
        json.value(block.text(header.name))
        json.value(block.text(header.value))
      }
    }
  }

  // MARK: - DNS

  mutating func message(_ message: DNSMessage, _ bytes: RawSpan, _ dialect: DNSDialect) {
    field("proto", dialect.rawValue)
    field("id", message.id)
    field("response", message.isResponse)
    if message.operation != 0 { field("opcode", message.operation) }
    if message.isResponse { field("rcode", message.responseCode) }
    if message.isTruncated { field("tc", true) }
    key("queries")
    begin("[")
    for question in message.questions {
      begin("{")
      field("name", DNSMessage.displayName(in: bytes, at: question.name) ?? "")
      key("type")
      recordType(question.type)
      field("class", question.class)
      end("}")
    }
    end("]")
    records("answers", .answer, message, bytes)
    records("authority", .authority, message, bytes)
    records("additional", .additional, message, bytes)
  }

  private mutating func records(
    _ name: String, _ section: DNSMessage.Section, _ message: DNSMessage, _ bytes: RawSpan
  ) {
    let isListed = { (record: DNSMessage.Record) in
      record.section == section && record.type != DNSRecordType.option
    }
    guard message.records.contains(where: isListed) else { return }
    key(name)
    begin("[")
    for record in message.records where isListed(record) {
      begin("{")
      field("name", DNSMessage.displayName(in: bytes, at: record.name) ?? "")
      key("type")
      recordType(record.type)
      field("ttl", record.timeToLive)
      switch record.content(in: bytes) {
      case .address(let address):
        key("data")
        value(address)
      case .name(let name): field("data", name)
      case .text(let strings) where strings.count == 1: field("data", strings[0])
      case .text(let texts): strings("data", texts)
      case nil: break
      }
      end("}")
    }
    end("]")
  }

  private mutating func recordType(_ type: UInt16) {
    if let name = DNSRecordType.name(type) { value(name) } else { value(type) }
  }

  // MARK: - Kafka

  mutating func request(_ request: KafkaRequest, _ bytes: RawSpan) {
    field("kind", "request")
    field("api_key", request.apiKey)
    field("api_version", request.apiVersion)
    field("correlation_id", request.correlationID)
    key("client_id")
    if let client = request.clientID { value(bytes.text(client)) } else { null() }
    field("length", request.length)
    strings("topics", (request.topics ?? []).map { bytes.text($0) })
    if request.topics == nil { field("topics_known", false) }
  }

  mutating func response(_ response: KafkaParser.Response) {
    field("kind", "response")
    if let apiKey = response.apiKey { field("api_key", apiKey) }
    if let apiVersion = response.apiVersion { field("api_version", apiVersion) }
    field("correlation_id", response.correlationID)
    field("length", response.length)
  }

  // MARK: - Parts

  private mutating func strings(_ name: String, _ strings: [String]) {
    key(name)
    array(strings) { $0.value($1) }
  }

  private static func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
