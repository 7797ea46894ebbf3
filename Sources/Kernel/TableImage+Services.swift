internal import Addresses
internal import CBPF
internal import Tables

extension TableImage {
  /// Services and their backends, as `bpf/service.h` looks them up.
  struct Services: Sendable {
    var keys: [service_key] = []
    var values: [service] = []
    var backends: [backend] = []

    init(_ tables: Tables) {
      var seen: Set<Place> = []
      for (number, frontend) in tables.services.enumerated() {
        // The first service that claims an address and port keeps it.
        let place = Place(
          address: frontend.address, port: frontend.port, protocolNumber: frontend.protocolNumber)
        guard seen.insert(place).inserted else { continue }
        var key = service_key()
        key.address = frontend.address.words
        key.port = frontend.port.bigEndian
        key.protocol = frontend.protocolNumber
        key.family = frontend.address.familyNumber
        var value = service()
        value.number = UInt32(clamping: number + 1)
        value.first_backend = UInt32(backends.count)
        // A packet cannot change its family on the way to a backend.
        for index in frontend.backends.clamped(to: 0..<tables.backends.count)
        where tables.backends[index].address.isIPv6 == frontend.address.isIPv6 {
          backends.append(backend(tables.backends[index], number: UInt32(clamping: index + 1)))
        }
        value.backend_count = UInt32(backends.count) - value.first_backend
        keys.append(key)
        values.append(value)
      }
    }

    private struct Place: Hashable {
      var address: IPAddress
      var port: UInt16
      var protocolNumber: UInt8
    }
  }
}

extension backend {
  fileprivate init(_ source: ServiceBackend, number: UInt32) {
    self.init()
    address = source.address.words
    port = source.port.bigEndian
    self.number = number
  }
}
