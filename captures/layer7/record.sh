#!/usr/bin/env bash
# Records conversations that a proxy would read: HTTP/1, HTTP/2, gRPC, WebSocket, DNS and TLS between real servers and
# clients, one network namespace for each pod and host.
#
# Everything happens inside namespaces called weir-layer7-*; the machine's own network is not touched. Nothing enforces
# a policy while recording.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here prefix=weir-layer7- captures="http.pcap names.pcapng"

# name, IPv4, IPv6 (the addresses are those of cluster.yaml)
readonly inside="
coredns 10.244.0.2  fd00:10:244::2
client  10.244.1.10 fd00:10:244:1::10
store   10.244.1.20 fd00:10:244:1::20
browser 10.244.1.30 fd00:10:244:1::30"

# addresses for documentation (RFC 5737, RFC 3849)
readonly outside="
api     203.0.113.10 2001:db8:113::10
images  203.0.113.20 2001:db8:113::20
partner 203.0.113.30 2001:db8:113::30
plain   203.0.113.40 2001:db8:113::40"

readonly node_ipv4=172.18.0.3 node_ipv6=fd00:172:18::3

# command and the Debian package that has it
readonly tools="nginx:nginx-light dnsmasq:dnsmasq-base openssl:openssl dig:bind9-dnsutils
nghttp:nghttp2-client nghttpx:nghttp2-proxy"

# shellcheck source=captures/lib/recording.sh
source "$here/../lib/recording.sh"
# shellcheck source=captures/lib/tools.sh
source "$here/../lib/tools.sh"
# shellcheck source=captures/lib/network.sh
source "$here/../lib/network.sh"
# shellcheck source=captures/lib/servers.sh
source "$here/../lib/servers.sh"
# shellcheck source=captures/layer7/lib/servers.sh
source "$here/lib/servers.sh"
# shellcheck source=captures/layer7/lib/traffic.sh
source "$here/lib/traffic.sh"

record_all() {
  install_packages
  start_servers
  capture http micro http_traffic
  capture names nano names_traffic
  python3 "$here/../lib/pcapng.py" "$work/names.pcap" "$work/names.pcapng"
}

record "$@"
