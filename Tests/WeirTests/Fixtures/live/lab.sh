# Pods as network namespaces behind one that stands for their node. To be sourced; names end in the shell's number, so
# that labs do not meet. Everything is gone when the shell ends.
set -uo pipefail

node=weir-node-$$
pods=(client other web)

namespace_of() { echo "weir-$1-$$"; }
in_pod() { local pod=$1; shift; ip netns exec "$(namespace_of "$pod")" "$@"; }
on_node() { ip netns exec "$node" "$@"; }

background=()

# start POD COMMAND…: runs something in a pod until the lab ends.
start() {
  ip netns exec "$(namespace_of "$1")" "${@:2}" >/dev/null 2>&1 &
  background+=($!)
}

tear_down() {
  local pid pod
  for pid in "${background[@]:-}"; do
    if [[ -n $pid ]]; then kill -KILL "$pid" 2>/dev/null || true; fi
  done
  for pod in "${pods[@]}"; do ip netns delete "$(namespace_of "$pod")" 2>/dev/null || true; done
  ip netns delete "$node" 2>/dev/null || true
}

# make_pod NAME NUMBER: a namespace with eth0, and the other end of it, called NAME, on the node.
make_pod() {
  local pod=$1 number=$2 namespace
  namespace=$(namespace_of "$pod")
  ip netns add "$namespace"
  ip -n "$node" link add "$pod" type veth peer name eth0 netns "$namespace"
  ip -n "$node" addr add 10.201.0.1/32 dev "$pod"
  ip -n "$node" link set "$pod" up
  ip netns exec "$namespace" sysctl -qw net.ipv6.conf.eth0.dad_transmits=0 net.ipv6.conf.eth0.accept_dad=0
  ip -n "$namespace" link set lo up
  ip -n "$namespace" link set eth0 up
  ip -n "$namespace" addr add "10.201.0.$number/32" dev eth0
  ip -n "$namespace" route add 10.201.0.1 dev eth0 scope link
  ip -n "$namespace" route add default via 10.201.0.1
  ip -n "$namespace" -6 addr add "fd00:201::$number/128" dev eth0 nodad
  ip -n "$namespace" -6 route add fe80::1 dev eth0
  ip -n "$namespace" -6 route add default via fe80::1 dev eth0
  ip -n "$node" -6 addr add fe80::1/64 dev "$pod" nodad
  ip -n "$node" route add "10.201.0.$number/32" dev "$pod"
  ip -n "$node" -6 route add "fd00:201::$number/128" dev "$pod"
}

set_up() {
  trap tear_down EXIT
  trap 'exit 1' INT TERM
  ip netns add "$node"
  ip -n "$node" link set lo up
  ip netns exec "$node" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv6.conf.default.accept_dad=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.icmp_ratelimit=0
  ip netns exec "$node" sysctl -qw net.ipv6.icmp.ratelimit=0 || true
  ip -n "$node" addr add 192.168.201.1/32 dev lo
  make_pod client 20
  make_pod other 30
  make_pod web 10
}

serve_web() {
  start web python3 server.py
  until in_pod web bash -c ': </dev/tcp/127.0.0.1/9090' 2>/dev/null; do sleep 0.05; done
}

# attach LOG ARGUMENTS…: weir on the node, until it says that it is attached. Its process is $weir.
attach() {
  local log=$1
  shift
  # What an earlier run said would be taken for this one's.
  : >"$log.err"
  ip netns exec "$node" "$WEIR" attach "$@" >"$log.out" 2>"$log.err" &
  weir=$!
  background+=($!)
  until grep -q '^attached' "$log.err"; do
    kill -0 "$weir" 2>/dev/null || { cat "$log.err" >&2; return 1; }
    sleep 0.02
  done
}

# What follows answers yes or no: whether there was an answer. The last argument is how many seconds to wait for one.

# get POD URL SECONDS
get() { in_pod "$1" curl -gsf --max-time "$3" -o /dev/null "$2" && echo yes || echo no; }

# udp POD ADDRESS PORT SECONDS; "refused" when an ICMP error came back.
udp() {
  in_pod "$1" python3 - "${@:2}" <<'PYTHON'
import socket, sys
address, port, patience = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
connection.settimeout(patience)
try:
    connection.connect((address, port))
    connection.send(b"hello")
    print("yes" if connection.recv(100) == b"hello" else "no")
except TimeoutError: print("no")
except ConnectionRefusedError: print("refused")
PYTHON
}

# echo_request POD ADDRESS SECONDS
echo_request() { in_pod "$1" ping -c 1 -W "$3" "$2" >/dev/null 2>&1 && echo yes || echo no; }

# How long to wait for an answer that must come, and for one that must not.
sure=10 brief=1
