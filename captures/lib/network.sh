# shellcheck shell=bash
# A little cluster's network.
#
#   pods and the other node ── br0 ── node (router) ── hosts of the outside world
#
# br0 is the pod network of the whole cluster; tcpdump listens there. The router namespace is a node. Each outside host hangs on its own link behind it, so a packet to or from the world crosses br0 once.

# Who records says who is there: $inside and $outside, with a name, an IPv4 and an IPv6 address in each line (those of
# cluster.yaml), and the router's own addresses in $node_ipv4 and $node_ipv6. Namespaces are called $prefix and the name.

readonly node=${prefix}node

make_network() {
  local name ipv4 ipv6
  make_node
  while read -r name ipv4 ipv6; do
    [[ -n $name ]] || continue
    make_host "$name" "$ipv4" "$ipv6"
    ip -n "$node" link set "v-$name" master br0 up
    ip -n "$prefix$name" route add 10.244.0.0/16 dev eth0
    ip -n "$prefix$name" route add 172.18.0.0/24 dev eth0
    ip -n "$prefix$name" route add fd00::/16 dev eth0
    ip -n "$node" route add "$ipv4/32" dev br0
    ip -n "$node" route add "$ipv6/128" dev br0
  done <<<"$inside"

  while read -r name ipv4 ipv6; do
    [[ -n $name ]] || continue
    make_host "$name" "$ipv4" "$ipv6"
    ip -n "$node" address add fe80::1/64 dev "v-$name" nodad
    ip -n "$node" link set "v-$name" up
    ip -n "$node" route add "$ipv4/32" dev "v-$name"
    ip -n "$node" route add "$ipv6/128" dev "v-$name"
  done <<<"$outside"
}

make_node() {
  make_namespace "$node"
  ip netns exec "$node" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
  # Without snooping and spanning tree the bridge says nothing of its own.
  ip -n "$node" link add br0 address 02:00:ac:12:00:03 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  plain_packets "$node" br0
  ip -n "$node" link set br0 up
  ip -n "$node" address add "$node_ipv4/32" dev br0
  ip -n "$node" address add "$node_ipv6/128" dev br0 nodad
  ip -n "$node" address add fe80::1/64 dev br0 nodad
}

# make_host NAME IPV4 IPV6: a namespace whose eth0 leads to the node's v-NAME, with the node as its router.
make_host() {
  local name=$1 ipv4=$2 ipv6=$3 namespace=$prefix$1 mac
  # shellcheck disable=SC2046,SC2086  # four numbers
  mac=$(printf '02:00:%02x:%02x:%02x:%02x' ${ipv4//./ })
  make_namespace "$namespace"
  ip -n "$node" link add "v-$name" type veth peer name eth0 address "$mac" netns "$namespace"
  plain_packets "$node" "v-$name"
  plain_packets "$namespace" eth0
  ip -n "$namespace" link set eth0 up
  ip -n "$namespace" address add "$ipv4/32" dev eth0
  ip -n "$namespace" address add "$ipv6/128" dev eth0 nodad
  ip -n "$namespace" route add "$node_ipv4/32" dev eth0
  ip -n "$namespace" route add default via "$node_ipv4" dev eth0
  ip -n "$namespace" route add default via fe80::1 dev eth0
}

make_namespace() {
  local namespace=$1
  ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  # No address checks and no router solicitations; servers and ping need no privileges.
  ip netns exec "$namespace" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
    net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_ra=0 \
    net.ipv4.ip_unprivileged_port_start=0 net.ipv4.ping_group_range="0 65534"
}

# Virtual links leave checksums empty and hand over 64 KiB segments. With these offloads off, the capture holds
# packets as a wire would carry them.
plain_packets() {
  ip netns exec "$1" ethtool -K "$2" tx off rx off tso off gso off gro off sg off >/dev/null 2>&1
}

# in_pod NAME COMMAND…: runs a program in a pod's namespace, unprivileged, with the cluster's resolver settings.
in_pod() {
  local name=$1
  shift
  # shellcheck disable=SC2016  # the inner shell expands them
  ip netns exec "$prefix$name" sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$work/resolv.conf" \
    setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$work/home" "$@"
}

# stop_lab: ends every process in the namespaces, then removes these with their links.
stop_lab() {
  local namespace pids attempt
  for attempt in {1..60}; do
    pids=$(lab_processes)
    [[ -n $pids ]] || break
    # shellcheck disable=SC2086  # a list of process ids
    case $attempt in
      1) kill -TERM $pids 2>/dev/null || true ;;
      50) kill -KILL $pids 2>/dev/null || true ;;
    esac
    sleep 0.1
  done
  for namespace in $(lab_namespaces); do
    ip netns delete "$namespace"
  done
}

lab_namespaces() { ip netns list | awk -v prefix="$prefix" 'index($1, prefix) == 1 { print $1 }'; }

lab_processes() {
  local namespace
  for namespace in $(lab_namespaces); do
    ip netns pids "$namespace"
  done
}
