import Dataplane
import Packet
import Rules
import Tables
import Testing

/// `cilium-policy.md` §8.5: policy sees the backend, never the service.
@Suite struct ServiceTests {
  static func fixture() -> Fixture {
    var fixture = Fixture()
    fixture.addEndpoint("default/c", identity: 1003, ["10.0.0.3"])
    fixture.tables.backends = [
      ServiceBackend(address: address("10.0.0.2"), port: 8080),
      ServiceBackend(address: address("10.0.0.3"), port: 8080),
      ServiceBackend(address: address("fd00::2"), port: 8080),
    ]
    fixture.tables.services = [
      ServiceFrontend(
        address: address("10.96.0.1"), port: 80, protocolNumber: 6, namespace: "default", name: "web", backends: 0..<2),
      ServiceFrontend(
        address: address("10.96.0.2"), port: 80, protocolNumber: 6, namespace: "default", name: "none", backends: 2..<2),
      ServiceFrontend(
        address: address("10.96.0.3"), port: 80, protocolNumber: 6, namespace: "default", name: "self", backends: 0..<1),
      ServiceFrontend(
        address: address("fd01::1"), port: 80, protocolNumber: 6, namespace: "default", name: "six", backends: 0..<3),
    ]
    return fixture
  }

  @Test("a request is judged by its backend, at both ends, and the reply from the service's address pairs with it")
  func translated() {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.egress, Fixture.b, 6, 8080), .allow(.egress, 1003, 6, 8080), .allow(.ingress, 4711)])
    fixture.setPolicy(1, [.allow(.ingress, Fixture.a, 6, 8080)])
    fixture.setPolicy(2, [.allow(.ingress, Fixture.a, 6, 8080)])
    var engine = fixture.engine()
    var chosen: Set<Int32> = []
    for port in 1000..<1100 as Range<UInt16> {
      let request = engine.judge(.tcp("10.0.0.1", port, "10.96.0.1", 80))
      #expect(request.verdict == .forwarded && request.service == 0 && request.ingress.isPresent)
      #expect(request.destinationIdentity == (request.backend == 0 ? Fixture.b : 1003))
      let reply = engine.judge(.tcp("10.96.0.1", 80, "10.0.0.1", port, TCP.syn | TCP.ack))
      #expect(reply.ingress.state == .reply && reply.backend == request.backend && reply.flags.contains(.fromService))
      // The same connection seen behind the translation.
      let backend = request.backend == 0 ? "10.0.0.2" : "10.0.0.3"
      #expect(engine.judge(.tcp(backend, 8080, "10.0.0.1", port, TCP.ack)).ingress.state == .reply)
      chosen.insert(request.backend)
    }
    #expect(chosen == [0, 1])
    #expect(engine.counters.flows == 100)
  }

  @Test("rules that name the service's address or port do not match")
  func frontendRules() {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 6, 80)])
    var engine = fixture.engine()
    #expect(engine.judge(.tcp("10.0.0.1", 1000, "10.96.0.1", 80)).reason == .policyDenied)
  }

  @Test("a service without backends is refused before policy, where a judged pod asks")
  func noBackends() {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.egress)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("10.0.0.1", 1000, "10.96.0.2", 80))
    #expect(verdict.egress.reason == .serviceBackendNotFound && verdict.service == 1 && verdict.backend == -1)
    #expect(engine.judge(.tcp("198.51.100.7", 1000, "10.96.0.2", 80)).verdict == .unjudged)
    #expect(engine.judge(.tcp("10.0.0.1", 1000, "10.96.0.2", 81)).verdict == .forwarded)
  }

  @Test("a pod that reaches itself through a service is not judged")
  func loopback() {
    var fixture = Self.fixture()
    fixture.setPolicy(1, [.deny(.egress), .deny(.ingress)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("10.0.0.2", 1000, "10.96.0.3", 80))
    #expect(verdict.verdict == .unjudged && verdict.flags.contains(.withinEndpoint))
  }

  @Test("backends of the other family are passed over")
  func families() {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.egress, Fixture.b)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("fd00::1", 1000, "fd01::1", 80))
    #expect(verdict.verdict == .forwarded && verdict.backend == 2)
  }

  @Test("from outside, the backend judges the client's own identity")
  func northSouth() {
    var fixture = Self.fixture()
    fixture.setPolicy(1, [.allow(.ingress, 9, 6, 8080)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("198.51.100.7", 1000, "10.96.0.3", 80))
    #expect(verdict.verdict == .forwarded && !verdict.egress.isPresent && verdict.ingress.matchType == .l3L4)
  }
}
