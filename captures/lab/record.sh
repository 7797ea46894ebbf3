#!/usr/bin/env bash
# Records the lab captures: real servers and real clients, one network namespace for each pod and host.
#
# Everything happens inside namespaces called weir-lab-*; the machine's own network is not touched. Nothing
# enforces a policy while recording, so forbidden traffic completes too: the captures show what *would* break.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here prefix=weir-lab- captures="demo.pcap dns-and-tls.pcapng"

# name, IPv4, IPv6 (the addresses are those of cluster.yaml)
readonly inside="
control-plane 172.18.0.2  fd00:172:18::2
coredns       10.244.0.2  fd00:10:244::2
postgres      10.244.0.30 fd00:10:244::30
worker-app    10.244.0.40 fd00:10:244::40
gateway       10.244.1.10 fd00:10:244:1::10
hello-app     10.244.1.20 fd00:10:244:1::20
test          10.244.1.50 fd00:10:244:1::50
outsider      10.244.1.60 fd00:10:244:1::60
prometheus    10.244.1.70 fd00:10:244:1::70"

# addresses for documentation (RFC 5737, RFC 3849), and the cloud metadata address
readonly outside="
github        203.0.113.10    2001:db8:113::10
cloudflare    203.0.113.11    2001:db8:113::11
resolver      198.51.100.53   2001:db8:100::53
visitor       198.51.100.77   2001:db8:100::77
blocked       192.0.2.66      2001:db8:2::66
metadata      169.254.169.254 2001:db8:169::254"

readonly node_ipv4=172.18.0.3 node_ipv6=fd00:172:18::3 kube_dns_service=10.96.0.10

# command and the Debian package that has it
readonly tools="nginx:nginx-light dnsmasq:dnsmasq-base openssl:openssl dig:bind9-dnsutils ping:iputils-ping"
readonly needs_postgres=yes

# shellcheck source=captures/lib/recording.sh
source "$here/../lib/recording.sh"
# shellcheck source=captures/lib/tools.sh
source "$here/../lib/tools.sh"
# shellcheck source=captures/lib/network.sh
source "$here/../lib/network.sh"
# shellcheck source=captures/lib/servers.sh
source "$here/../lib/servers.sh"
# shellcheck source=captures/lab/lib/servers.sh
source "$here/lib/servers.sh"
# shellcheck source=captures/lab/lib/traffic.sh
source "$here/lib/traffic.sh"

record_all() {
  # kube-dns's ClusterIP, for lookups that the node would translate only after they have left the pod
  ip -n "${prefix}coredns" address add "$kube_dns_service/32" dev eth0
  ip -n "${prefix}hello-app" route add "$kube_dns_service/32" via 10.244.0.2 dev eth0
  start_servers

  capture demo micro demo_traffic
  capture dns-and-tls nano dns_and_tls_traffic

  python3 "$here/../lib/pcapng.py" "$work/dns-and-tls.pcap" "$work/dns-and-tls.pcapng"
  python3 "$here/conversations.py" --expected "$here/expected.jsonl" "$work/demo.pcap" "$work/dns-and-tls.pcapng"
}

record "$@"
