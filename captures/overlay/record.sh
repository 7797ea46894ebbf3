#!/usr/bin/env bash
# Records the same traffic at several points of a VXLAN overlay that numbers its networks as Cilium does: with the
# security identity of the source.
#
#   client   10.244.1.10 ┐                                      ┌ server 10.244.2.20
#   stranger 10.244.1.30 ┴ node 172.19.0.1 ══ wire ══ 172.19.0.2 node ┘
#
# Everything happens inside namespaces called weir-overlay-*; the machine's own network is not touched, and no policy is
# enforced.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here prefix=weir-overlay-
output=${1:-$here}
work=$(mktemp -d)
readonly output work

say() { printf '%s\n' "$*" >&2; }

clean_up() {
  local status=$? namespace
  trap - EXIT
  for namespace in node1 node2 client stranger server; do
    # Only what runs in these namespaces, which this script made.
    ip netns pids "$prefix$namespace" 2>/dev/null | xargs -r kill 2>/dev/null || true
    ip netns delete "$prefix$namespace" 2>/dev/null || true
  done
  rm -rf -- "$work"
  exit "$status"
}

if (($(id -u) != 0)); then
  say "error: network namespaces need root"
  exit 77
fi
for tool in ip ethtool tcpdump curl ping python3; do
  command -v "$tool" >/dev/null || {
    say "error: $tool is missing"
    exit 69
  }
done
trap clean_up EXIT

# Packets as a wire would carry them: whole checksums, no segments of 64 KiB.
plain() { ip netns exec "$1" ethtool -K "$2" tx off rx off tso off gso off gro off >/dev/null 2>&1 || true; }

make_namespace() {
  ip netns add "$prefix$1"
  ip -n "$prefix$1" link set lo up
  ip netns exec "$prefix$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
    net.ipv6.conf.default.router_solicitations=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
    net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# make_node NUMBER PEER: the tunnel's device takes packets of any network; routes say which one a packet is sent in.
make_node() {
  local namespace=${prefix}node$1
  ip -n "$namespace" link set wire up
  ip -n "$namespace" address add "172.19.0.$1/24" dev wire
  ip -n "$namespace" link add overlay address "02:00:00:00:00:0$1" type vxlan external dstport 8472
  ip -n "$namespace" link set overlay mtu 1450 up
  ip -n "$namespace" neighbour add 169.254.2.1 lladdr "02:00:00:00:00:0$2" dev overlay nud permanent
  ip -n "$namespace" neighbour add fe80::2 lladdr "02:00:00:00:00:0$2" dev overlay nud permanent
  plain "$namespace" wire
  plain "$namespace" overlay
}

# make_pod NAME NODE PEER IPV4 IPV6 IDENTITY
make_pod() {
  local name=$1 node=${prefix}node$2 peer=$3 ipv4=$4 ipv6=$5 identity=$6 pod=$prefix$1
  make_namespace "$name"
  ip -n "$node" link add "lxc-$name" type veth peer name eth0 netns "$pod"
  plain "$node" "lxc-$name"
  plain "$pod" eth0
  ip -n "$pod" link set eth0 mtu 1450 up
  ip -n "$node" link set "lxc-$name" mtu 1450 up
  ip -n "$pod" address add "$ipv4/32" dev eth0
  ip -n "$pod" address add "$ipv6/128" dev eth0 nodad
  ip -n "$node" address add 169.254.1.1/32 dev "lxc-$name"
  ip -n "$node" address add fe80::1/64 dev "lxc-$name" nodad
  ip -n "$pod" route add 169.254.1.1 dev eth0
  ip -n "$pod" route add default via 169.254.1.1 dev eth0
  ip -n "$pod" route add default via fe80::1 dev eth0
  ip -n "$node" route add "$ipv4/32" dev "lxc-$name"
  ip -n "$node" route add "$ipv6/128" dev "lxc-$name"
  # What this pod sends to the other node goes out under its identity.
  ip -n "$node" rule add from "$ipv4" lookup "$identity"
  ip -n "$node" -6 rule add from "$ipv6" lookup "$identity"
  ip -n "$node" route add "10.244.$peer.0/24" table "$identity" encap ip id "$identity" dst "172.19.0.$peer" \
    via 169.254.2.1 dev overlay onlink
  ip -n "$node" -6 route add "fd00:10:244:$peer::/64" table "$identity" encap ip id "$identity" \
    dst "172.19.0.$peer" via fe80::2 dev overlay onlink
}

in_pod() {
  local name=$1
  shift
  ip netns exec "$prefix$name" "$@"
}

# capture NAME NAMESPACE INTERFACE
capture() {
  ip netns exec "$prefix$2" tcpdump -i "$3" -s 4096 -B 8192 -Z root --immediate-mode -U -w "$work/$1.pcap" "${@:4}" \
    2>"$work/$1.log" &
  tcpdumps+=($!)
  for _ in {1..100}; do
    if grep -qs 'listening on' "$work/$1.log"; then return; fi
    sleep 0.05
  done
  say "error: tcpdump does not listen: $(cat "$work/$1.log")"
  exit 70
}

make_namespace node1
make_namespace node2
ip -n "${prefix}node1" link add wire type veth peer name wire netns "${prefix}node2"
make_node 1 2
make_node 2 1
make_pod client 1 2 10.244.1.10 fd00:10:244:1::10 1001
make_pod stranger 1 2 10.244.1.30 fd00:10:244:1::30 1003
make_pod server 2 1 10.244.2.20 fd00:10:244:2::20 1002

head -c 6000 /dev/zero >"$work/index.html"
(cd "$work" && exec ip netns exec "${prefix}server" python3 -m http.server --bind :: 8080 >/dev/null 2>&1) &
for _ in {1..100}; do
  if in_pod server curl -s --max-time 3 -o /dev/null http://10.244.2.20:8080/; then break; fi
  sleep 0.1
done

tcpdumps=()
capture node1-any node1 any
capture node2-any node2 any
capture wire node1 wire
# Neighbours are known by now or will be asked for; either way that is no pod's packet.
in_pod client curl -s --max-time 3 -o /dev/null http://10.244.2.20:8080/
in_pod client curl -s --max-time 3 -o /dev/null "http://[fd00:10:244:2::20]:8080/"
in_pod stranger curl -s --max-time 3 -o /dev/null http://10.244.2.20:8080/
in_pod client ping -q -c 2 -i 0.2 10.244.2.20 >/dev/null
# Too long for the pod's link: fragments inside the tunnel.
in_pod client ping -q -c 1 -s 3000 10.244.2.20 >/dev/null
in_pod client python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x" * 3000, ("10.244.2.20", 5353))'
sleep 0.5
kill -TERM "${tcpdumps[@]}"
wait "${tcpdumps[@]}" || true
for name in node1-any node2-any wire; do
  grep -q '^0 packets dropped by kernel' "$work/$name.log" || {
    say "error: tcpdump lost packets; record again: $(cat "$work/$name.log")"
    exit 70
  }
  install -m 644 "$work/$name.pcap" "$output/$name.pcap"
done
say "recorded $output/{node1-any,node2-any,wire}.pcap"
