/// Seen from the endpoint whose policy is asked; numbered as in Cilium's policy-map key.
public enum Direction: UInt8, Sendable, Hashable, CaseIterable {
  case ingress = 0
  case egress = 1
}
