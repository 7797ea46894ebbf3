#!/usr/bin/env bash
# Records the lab captures: real servers and real clients, one network namespace for each pod and host.
#
# Everything happens inside namespaces called weir-lab-*; the machine's own network is not touched. Nothing
# enforces a policy while recording, so forbidden traffic completes too: the captures show what *would* break.
set -euo pipefail

readonly EX_USAGE=64 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_NOPERM=77
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here prefix=weir-lab-

# shellcheck source=captures/lab/lib/tools.sh
source "$here/lib/tools.sh"
# shellcheck source=captures/lab/lib/network.sh
source "$here/lib/network.sh"
# shellcheck source=captures/lab/lib/servers.sh
source "$here/lib/servers.sh"
# shellcheck source=captures/lab/lib/traffic.sh
source "$here/lib/traffic.sh"

usage() {
  cat <<'USAGE'
usage: captures/lab/record.sh [--output DIR] [--install]

Records demo.pcap and dns-and-tls.pcapng. Needs root (network namespaces) and the tools of captures/README.md.

  --output DIR  where to put the captures (default: next to this script)
  --install     install missing Debian packages with apt-get first
USAGE
}

say() { printf '%s\n' "$*" >&2; }

fail() {
  local status=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$status"
}

clean_up() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP
  stop_lab
  wait || true
  [[ -z ${work:-} ]] || rm -rf -- "$work"
  exit "$status"
}

# capture NAME PRECISION FUNCTION: runs FUNCTION's traffic with tcpdump on the bridge, into $work/NAME.pcap.
#
# The bridge is the one place that sees every packet exactly once: what pods send each other crosses it, what
# goes to or comes from the outside world crosses it on one side of the router, and what the node itself sends
# enters here.
capture() {
  local name=$1 precision=$2 traffic=$3 tcpdump
  say "recording $name"
  (
    exec 9>&- # the lock
    exec ip netns exec "$node" tcpdump -i br0 -s 0 -Z root --immediate-mode --time-stamp-precision="$precision" \
      -U -w "$work/$name.pcap"
  ) 2>"$work/tcpdump.log" &
  tcpdump=$!
  wait_until "tcpdump listens" grep -q '^tcpdump: listening' "$work/tcpdump.log"
  "$traffic"
  sleep 1 # late acknowledgements and closing segments
  kill -TERM "$tcpdump"
  wait "$tcpdump" || fail $EX_SOFTWARE "tcpdump failed: $(cat "$work/tcpdump.log")"
  grep -q '^0 packets dropped by kernel' "$work/tcpdump.log" || fail $EX_SOFTWARE "tcpdump lost packets; record again"
}

main() {
  local output=$here install=no
  while (($#)); do
    case $1 in
      --output) (($# > 1)) || { usage >&2; exit $EX_USAGE; }; output=$2; shift 2 ;;
      --install) install=yes; shift ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; exit $EX_USAGE ;;
    esac
  done

  ((EUID == 0)) || fail $EX_NOPERM "recording needs root: it makes network namespaces (try: sudo $0)"
  need_tools "$install"
  [[ -d $output ]] || fail $EX_USAGE "no such directory: $output"

  # Background jobs close descriptor 9, so the lock lives no longer than this script.
  exec 9>/run/lock/weir-lab.lock
  flock -w 10 9 || fail $EX_UNAVAILABLE "another recording is running"

  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  # What a killed run may have left; the lock says that nobody uses it.
  stop_lab
  rm -rf -- "${TMPDIR:-/tmp}"/weir-lab.??????

  work=$(mktemp -d -t weir-lab.XXXXXX)
  chmod 755 "$work"
  make_network
  start_servers

  capture demo micro demo_traffic
  capture dns-and-tls nano dns_and_tls_traffic

  python3 "$here/lib/pcapng.py" "$work/dns-and-tls.pcap" "$work/dns-and-tls.pcapng"
  python3 "$here/conversations.py" --expected "$here/expected.jsonl" "$work/demo.pcap" "$work/dns-and-tls.pcapng"
  install -m 644 "$work/demo.pcap" "$work/dns-and-tls.pcapng" "$output/"
  say "wrote $output/demo.pcap and $output/dns-and-tls.pcapng"
}

main "$@"
