import Addresses
import FoundationEssentials

/// One line of `--probes`.
struct ProbeLine: Decodable {
  struct End: Decodable {
    var pod: String?
    var ip: String?
    var reserved: String?

    func end() throws(ProbeError) -> ProbeEnd {
      switch (pod, ip, reserved) {
      case (let pod?, nil, nil): return .pod(pod)
      case (nil, let text?, nil):
        guard let address = IPAddress(text) else { throw ProbeError(message: "\(text) is no IP address") }
        return .address(address)
      case (nil, nil, let name?): return .reserved(name)
      default: throw ProbeError(message: "an end has exactly one of pod, ip and reserved")
      }
    }
  }

  /// A protocol by name or by number.
  struct ProtocolName: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        text = String(number)
      } else {
        text = try container.decode(String.self)
      }
    }
  }

  var from: End
  var to: End
  var family: String?
  var `protocol`: ProtocolName
  var port: Int?
  var icmpType: Int?
  /// `GET /path`
  var http: String?
  /// `Name: value`, each.
  var headers: [String]?
  var host: String?
  var sni: String?
  var dns: String?

  func probe() throws(ProbeError) -> Probe {
    guard let number = Probe.protocolNumber(`protocol`.text) else {
      throw ProbeError(message: "\(`protocol`.text) is no known protocol")
    }
    let asked = number == 1 || number == 58 ? icmpType ?? port : port
    guard let value = UInt16(exactly: asked ?? 0) else { throw ProbeError(message: "\(asked ?? 0) is no port") }
    var probe = Probe(source: try from.end(), destination: try to.end(), protocolNumber: number, port: value)
    try Probe.requireOneFamily(probe.source, probe.destination)
    probe.layer7 = try Layer7Text(http: http, headers: headers ?? [], host: host, sni: sni, dns: dns)
      .question(protocolNumber: number)
    return probe
  }
}

struct ProbeError: Error {
  var message: String
  var hint: String?
}
