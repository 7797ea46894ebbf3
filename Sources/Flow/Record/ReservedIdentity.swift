/// The identities that have a name instead of a number wherever flows are printed or filtered.
enum ReservedIdentity {
  /// By number.
  static let names = [
    "unknown", "host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress", "world-ipv4",
    "world-ipv6",
  ]

  static func name(of identity: UInt32) -> String? {
    identity < UInt32(names.count) ? names[Int(identity)] : nil
  }

  static func number(of name: String) -> UInt32? {
    names.firstIndex(of: name).map { UInt32($0) }
  }
}
