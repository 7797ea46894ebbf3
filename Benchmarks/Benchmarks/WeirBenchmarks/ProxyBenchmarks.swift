import Benchmark
import Dataplane
import Layer7
import Packet
import Proxy
import Rows
import Rules
import Tables

/// Proxies: packets of redirected connections, from their bytes to the verdicts on what they say.
func registerProxyBenchmarks() {
  for (row, conversation) in [
    (Row.proxyHTTP, ProxiedConversation.http), (.proxyDNS, .dns), (.proxyServerNames, .serverNames),
    (.proxyDownload, .download),
  ] {
    measure(row) {
      ProxiedPackets(conversation, connections: 200)
    } run: { _, input in
      var proxies = Proxies(input.tables, settings: input.settings)
      for packet in input.packets {
        packet.bytes.withUnsafeBytes { bytes in
          let headers = PacketHeaders(
            dissecting: bytes, linkType: .rawIP, originalLength: UInt32(clamping: bytes.count))
          _ = proxies.judge(
            .init(headers: headers, bytes: bytes, originalLength: UInt32(clamping: bytes.count), timestamp: 1),
            packet.verdict)
        }
      }
      let counters = proxies.counters
      let judged = counters.httpRequests + counters.dnsQueries + counters.serverNames
      guard judged == input.messages, counters.closed.isEmpty else { throw InputError("\(judged) messages") }
      return Amount(items: input.packets.count, bytes: input.packets.reduce(0) { $0 + $1.bytes.count })
    }
  }
}
