# shellcheck shell=bash
# What every recording in network namespaces does: options, messages, tcpdump, and leaving nothing behind.
#
# The recording's script gives $here, $prefix, $captures (names of the files it writes), $tools and a function
# record_all, and calls record "$@".

readonly EX_USAGE=64 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_NOPERM=77

usage() {
  cat <<USAGE
usage: $0 [--output DIR] [--install]

Records ${captures// / and }. Needs root (network namespaces) and the tools of captures/README.md.

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

# start NAME COMMAND…: a server of a pod, as a background job that gives up the recording's lock.
start() {
  exec 9>&-
  in_pod "$@"
}

# wait_for_port NAME PORT: from within the server's own namespace, so nothing of it crosses the bridge.
wait_for_port() { wait_until "$1 listens on port $2" in_pod "$1" nc -z 127.0.0.1 "$2"; }

record() {
  local output=$here install=no name
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
  exec 9>"/run/lock/${prefix%-}.lock"
  flock -w 10 9 || fail $EX_UNAVAILABLE "another recording is running"

  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  # What a killed run may have left; the lock says that nobody uses it.
  stop_lab
  rm -rf -- "${TMPDIR:-/tmp}/${prefix%-}".??????

  work=$(mktemp -d -t "${prefix%-}.XXXXXX")
  chmod 755 "$work"
  make_network
  record_all
  for name in $captures; do
    install -m 644 "$work/$name" "$output/"
    say "wrote $output/$name"
  done
}
