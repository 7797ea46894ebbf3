import CBPF
import Testing

@testable import Kernel

/// The maps' layouts as Cilium 1.19 has them, as the compiled program's BTF says they are, and as Swift sees them.
@Suite struct LayoutTests {
  struct Layout: Sendable {
    var name: String
    var size: Int
    /// Offset of each member in bytes.
    var members: KeyValuePairs<String, Int>
    /// What Swift makes of the same header.
    var imported: Int
  }

  static let ciliums: [Layout] = [
    Layout(
      name: "policy_key", size: 12,
      members: ["prefix_length": 0, "identity": 4, "egress": 8, "protocol": 9, "port": 10],
      imported: MemoryLayout<policy_key>.size),
    Layout(
      name: "policy_entry", size: 12,
      members: [
        "proxy_port": 0, "deny_and_length": 2, "authentication": 3, "proxy_priority": 4, "padding": 5, "cookie": 8,
      ], imported: MemoryLayout<policy_entry>.size),
    Layout(
      name: "ipcache_key", size: 24,
      members: ["prefix_length": 0, "cluster": 4, "padding": 6, "family": 7, "address": 8],
      imported: MemoryLayout<ipcache_key>.size),
    Layout(
      name: "ipcache_entry", size: 24,
      members: ["identity": 0, "tunnel_endpoint": 4, "node": 20, "encryption_key": 22, "flags": 23],
      imported: MemoryLayout<ipcache_entry>.size),
    Layout(
      name: "endpoint_key", size: 20, members: ["address": 0, "family": 16, "key": 17, "cluster": 18],
      imported: MemoryLayout<endpoint_key>.size),
    Layout(
      name: "endpoint", size: 48,
      members: [
        "interface": 0, "node": 4, "number": 6, "flags": 8, "policy": 12, "mac": 16, "node_mac": 24, "identity": 32,
        "parent_interface": 36, "peer_lengths": 40, "any_lengths": 44,
      ], imported: MemoryLayout<endpoint>.size),
    Layout(
      name: "ipv4_tuple", size: 14,
      members: ["destination": 0, "source": 4, "destination_port": 8, "source_port": 10, "protocol": 12, "flags": 13],
      imported: MemoryLayout<ipv4_tuple>.size),
    Layout(
      name: "ipv6_tuple", size: 38,
      members: [
        "destination": 0, "source": 16, "destination_port": 32, "source_port": 34, "protocol": 36, "flags": 37,
      ],
      imported: MemoryLayout<ipv6_tuple>.size),
    Layout(
      name: "connection", size: 56,
      members: [
        "stamp": 0, "backend": 8, "packets": 16, "bytes": 24, "expiry": 32, "flags": 36, "reverse_translation": 38,
        "redirect": 40, "sent_flags": 42, "received_flags": 43, "source_identity": 44, "last_sent_report": 48,
        "last_received_report": 52,
      ], imported: MemoryLayout<connection>.size),
    Layout(
      name: "ipv4_fragment", size: 12,
      members: ["destination": 0, "source": 4, "identification": 8, "protocol": 10, "padding": 11],
      imported: MemoryLayout<ipv4_fragment>.size),
    Layout(
      name: "ipv6_fragment", size: 40,
      members: ["identification": 0, "protocol": 4, "padding": 5, "source": 8, "destination": 24],
      imported: MemoryLayout<ipv6_fragment>.size),
    Layout(
      name: "fragment_ports", size: 4, members: ["source": 0, "destination": 2],
      imported: MemoryLayout<fragment_ports>.size),
  ]

  @Test("every map's key and value lies as in Cilium", arguments: ciliums)
  func layout(_ expected: Layout) throws {
    let types = try #require(ObjectTypes())
    let found = try #require(types.layout(of: expected.name), "the object's BTF lacks \(expected.name)")
    #expect(found.size == expected.size)
    #expect(expected.imported == expected.size)
    #expect(found.members.map({ $0.name }) == expected.members.map({ $0.key }))
    #expect(found.members.map({ $0.offset }) == expected.members.map({ $0.value }))
  }

  @Test("what Weir adds has one size in the program and in Swift")
  func ownSizes() throws {
    let types = try #require(ObjectTypes())
    for (name, size) in [
      ("datapath_settings", MemoryLayout<datapath_settings>.size),
      ("datapath_control", MemoryLayout<datapath_control>.size),
      ("datapath_constants", MemoryLayout<datapath_constants>.size), ("traffic", MemoryLayout<traffic>.size),
      ("hop_verdict", MemoryLayout<hop_verdict>.size), ("packet_verdict", MemoryLayout<packet_verdict>.size),
      ("packet_event", MemoryLayout<packet_event>.size), ("flow", MemoryLayout<flow>.size),
      ("address_entry", MemoryLayout<address_entry>.size),
      ("policy_hash_key", MemoryLayout<policy_hash_key>.size),
    ] {
      let found = try #require(types.layout(of: name), "the object's BTF lacks \(name)")
      #expect(found.size == size, "\(name)")
    }
  }
}

/// The types in the BTF of the embedded object.
private final class ObjectTypes {
  private let object: OpaquePointer
  private let types: OpaquePointer

  init?() {
    guard let object = DatapathObject.open() else { return nil }
    guard let types = bpf_object__btf(object) else {
      bpf_object__close(object)
      return nil
    }
    self.object = object
    self.types = types
  }

  deinit { bpf_object__close(object) }

  func layout(of name: String) -> (size: Int, members: [(name: String, offset: Int)])? {
    let number = btf__find_by_name_kind(types, name, 4)  // BTF_KIND_STRUCT
    guard number > 0, let type = btf__type_by_id(types, UInt32(number)) else { return nil }
    // The members follow their structure; their count is in the low 16 bits.
    let members = UnsafeRawPointer(type + 1).assumingMemoryBound(to: btf_member.self)
    return (
      Int(type.pointee.size),
      (0..<Int(type.pointee.info & 0xffff)).map { index in
        (String(cString: btf__name_by_offset(types, members[index].name_off)), Int(members[index].offset) / 8)
      }
    )
  }
}
