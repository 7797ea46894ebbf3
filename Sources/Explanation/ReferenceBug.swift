/// Behaviour of the reference that its makers did not mean (`cilium-policy.md` §16); `--compat strict` turns it off.
public enum ReferenceBug: String, Sendable, CaseIterable {
  case ipBlockNamespace = "B1 knp-ipblock-ns"
  case icmpType0 = "B2 icmp-type0"
  case emptyServices = "B3 toservices-empty"
  case denyServices = "B4 deny-toservices"
  case serviceSelectorDots = "B5 svc-selector-dots"
  case emptyGroups = "B6 togroups-empty"

  /// What happens, as a clause.
  public var text: String {
    switch self {
    case .ipBlockNamespace: "an ingress ipBlock admits all pods of the policy's namespace too"
    case .icmpType0: "ICMP type 0 stands for every ICMP type"
    case .emptyServices: "toServices that match no service open the ports to everybody"
    case .denyServices: "toServices of a deny rule are ignored, and its ports denied towards everybody"
    case .serviceSelectorDots: "keys of a service's selector are cut at the first dot, so it selects nobody"
    case .emptyGroups: "groups without any address open the ports to everybody"
    }
  }
}
