#!/usr/bin/env bash
# Records connections over QUIC that ask for servers by name.
#
# Everything happens inside namespaces called weir-quic-*; the machine's own network is not touched. Nothing enforces a
# policy while recording.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here prefix=weir-quic- captures="quic.pcap"

# name, IPv4, IPv6 (the addresses are those of cluster.yaml)
readonly inside="
client 10.244.1.10 fd00:10:244:1::10"

# addresses for documentation (RFC 5737, RFC 3849)
readonly outside="
partner 203.0.113.30 2001:db8:113::30"

readonly node_ipv4=172.18.0.3 node_ipv6=fd00:172:18::3

# command and the Debian package that has it
readonly tools="openssl:openssl"

# shellcheck source=captures/lib/recording.sh
source "$here/../lib/recording.sh"
# shellcheck source=captures/lib/tools.sh
source "$here/../lib/tools.sh"
# shellcheck source=captures/lib/network.sh
source "$here/../lib/network.sh"
# shellcheck source=captures/lib/servers.sh
source "$here/../lib/servers.sh"

record_all() {
  # QUIC comes from PyPI, into an environment that vanishes with the recording; Debian's Python can be run by anybody.
  /usr/bin/python3 -m venv "$work/python"
  "$work/python/bin/pip" --quiet --disable-pip-version-check install aioquic==1.2.0
  install -m 644 "$here"/lib/*.py "$work/"
  mkdir -p "$work"/{home,nginx}
  : >"$work/resolv.conf"
  make_certificate partner.example.com 203.0.113.30
  chown -R nobody:nogroup "$work"/{home,nginx}
  start partner "$work/python/bin/python" "$work/quic_server.py" "$work/nginx/partner.example.com.crt" \
    "$work/nginx/partner.example.com.key" >"$work/home/quic.out" 2>&1 &
  wait_until "the server listens" in_pod partner "$work/python/bin/python" "$work/quic_client.py" 127.0.0.1
  capture quic micro quic_traffic
}

quic_traffic() {
  ask 203.0.113.30 partner.example.com
  ask 203.0.113.30 EU.partner.example.com
  ask 203.0.113.30 other.example.net
  ask 203.0.113.30
  ask 2001:db8:113::30 partner.example.com
  ask 2001:db8:113::30 other.example.net
}

ask() { in_pod client "$work/python/bin/python" "$work/quic_client.py" "$@"; }

record "$@"
