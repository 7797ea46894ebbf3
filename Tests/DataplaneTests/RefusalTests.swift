import Dataplane
import Packet
import Rules
import Testing

/// What could only follow a refused opening is dropped with it.
@Suite("Packets after a refused opening")
struct RefusalTests {
  private static let opening = PacketHeaders.tcp("10.0.0.1", 4000, "10.0.0.2", 80)
  private static let answer = opening.reversed(TCP.syn | TCP.ack)
  private static let acknowledgement = PacketHeaders.tcp("10.0.0.1", 4000, "10.0.0.2", 80, TCP.ack)

  /// b admits UDP port 53 and nothing else.
  private func engine(_ options: EngineOptions = EngineOptions()) -> Engine {
    var fixture = Fixture()
    fixture.setPolicy(1, [.allow(.ingress, 0, 17, 53)])
    return fixture.engine(options)
  }

  @Test("the answer and what the client sends next would never have been sent")
  func followersAreDropped() {
    var engine = engine()
    #expect(engine.judge(Self.opening).flags.contains(.followsRefusal) == false)
    for packet in [Self.answer, Self.acknowledgement] {
      let verdict = engine.judge(packet)
      #expect(verdict.verdict == .dropped && verdict.reason == .policyDenied)
      #expect(verdict.flags.contains(.followsRefusal) && !verdict.egress.isPresent && !verdict.ingress.isPresent)
    }
  }

  @Test("another opening is judged again")
  func openingsAreJudged() {
    var engine = engine()
    _ = engine.judge(Self.opening)
    #expect(engine.judge(Self.opening).ingress.reason == .policyDenied)
  }

  @Test("a clock that steps back does not let the answer pass")
  func clockStepsBack() {
    var engine = engine()
    _ = engine.judge(Self.opening, at: 1000)
    #expect(engine.judge(Self.answer, at: 999).flags.contains(.followsRefusal))
    #expect(engine.judge(Self.acknowledgement, at: 1001).flags.contains(.followsRefusal))
  }

  @Test("after a minute of silence it is forgotten")
  func silence() {
    var engine = engine()
    _ = engine.judge(Self.opening, at: 1000)
    #expect(engine.judge(Self.answer, at: 1061).flags.contains(.followsRefusal) == false)
  }

  @Test("a live dataplane judges each packet as it comes")
  func option() {
    var options = EngineOptions()
    options.followsRefusals = false
    var engine = engine(options)
    _ = engine.judge(Self.opening)
    #expect(engine.judge(Self.answer).verdict == .forwarded)
  }

  @Test("a refused datagram's answer follows it, a refused answer's does not")
  func datagrams() {
    var engine = engine()
    let question = PacketHeaders.udp("10.0.0.1", 4000, "10.0.0.2", 99)
    _ = engine.judge(question)
    #expect(engine.judge(question.reversed()).flags.contains(.followsRefusal))
    // From the lower port: more likely an answer whose question the capture lacks.
    let late = PacketHeaders.udp("10.0.0.1", 53, "10.0.0.2", 4001)
    #expect(engine.judge(late).verdict == .dropped)
    #expect(engine.judge(late.reversed()).verdict == .forwarded)
  }
}
