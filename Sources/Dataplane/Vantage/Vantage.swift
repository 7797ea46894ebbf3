/// Where captures were taken, which decides what a record of them stands for.
public enum Vantage: Sendable, Equatable {
  /// At single pods' devices: every record is a packet of its own, and a tunnel is a packet like others.
  case endpoint
  /// At one or several devices of nodes: tunnels between nodes are opened.
  case node
  /// On the network between nodes: all tunnels are opened, whoever their outer addresses belong to, as far as that is
  /// nobody's pod; so are MPLS, PPPoE and what else stands before an IP header.
  case overlay
}
