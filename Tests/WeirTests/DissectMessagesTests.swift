import Foundation
import Testing

/// The messages that `weir dissect` reads, in a capture of OpenSSL's own client and server.
///
/// `tls-names.pcap` was recorded on a loopback device with an MTU of 400, so that every hello is spread over segments
/// where it is longer: `openssl s_server -groups P-384`, and clients with `-servername shop.example -alpn h2,http/1.1`,
/// with `-servername retry.example -groups X25519:P-384` (which the server asks to try again), with `-noservername
/// -tls1_2`, and with `-servername old.example -tls1_2`.
@Suite struct DissectMessagesTests {
  private struct Hello: Equatable {
    var names: [String]
    var protocols: [String]
  }

  private func dissect(_ arguments: [String]) throws -> String? {
    guard let path = WeirBinary.path else {
      print("skipped: the weir program is not built beside the tests")
      return nil
    }
    let fixture = try #require(Bundle.module.url(forResource: "Fixtures/tls-names", withExtension: "pcap"))
    let (status, output, errors) = try Subprocess.run(path, ["dissect", fixture.path] + arguments)
    #expect(status == 0)
    #expect(errors.isEmpty)
    return output
  }

  @Test func everyHelloIsListedInOrder() throws {
    guard let output = try dissect(["-o", "json"]) else { return }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    let messages = try #require(object["tls"] as? [[String: Any]])
    let hellos = messages.map { Hello(names: $0["sni"] as? [String] ?? [], protocols: $0["alpn"] as? [String] ?? []) }
    #expect(
      hellos == [
        Hello(names: ["shop.example"], protocols: ["h2", "http/1.1"]), Hello(names: ["retry.example"], protocols: []),
        Hello(names: ["retry.example"], protocols: []), Hello(names: [], protocols: []),
        Hello(names: ["old.example"], protocols: []),
      ])
    #expect(messages.compactMap { $0["frame"] as? Int } == [4, 20, 24, 40, 54])
    for kind in ["quic", "http1", "http2", "dns", "kafka"] {
      #expect((object[kind] as? [Any])?.isEmpty == true, "\(kind)")
    }
  }

  @Test func peopleSeeTheNames() throws {
    guard let output = try dissect([]) else { return }
    #expect(output.contains("TLS names   5 hellos (1 without a name)"))
    #expect(output.contains("2  retry.example"))
  }
}
