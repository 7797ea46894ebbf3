# What is left of a run, however it ends, and what comes of it. Answers, a line each, on standard output.
#
# lifetime.sh FOLDER
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lab.sh
folder=$1
set_up
cp cluster.yaml policy.yaml "$folder/"
# Few connections: what takes long in starting is making room for them.
input=(-f "$folder/cluster.yaml" -f "$folder/policy.yaml" --connections 4096 --layout cilium)

status() { on_node "$WEIR" status -o json; }
# Everything of the kernel's that Weir could leave behind at a device.
remains() { on_node tc qdisc show dev "$1" | grep -c clsact || true; }
# Waits for the run's end; its exit code is $code.
finish() {
  code=0
  wait "$weir" || code=$?
}
# fails CODE-AND-MESSAGE ARGUMENTS…: weir's exit code and the first line that it says.
fails() {
  local name=$1
  shift
  code=0
  on_node "$@" >"$folder/fails.out" 2>"$folder/fails.err" || code=$?
  echo "$name: $code $(head -1 "$folder/fails.err")"
}

for means in tcx clsact; do
  for signal in INT TERM; do
    attach "$folder/log" web "${input[@]}" --means $means
    kill -$signal "$weir"
    finish
    echo "$means $signal: exit $code, $(status), clsact $(remains web)"
  done
done

attach "$folder/log" web "${input[@]}" --means clsact --mode enforce
fails "second instance" "$WEIR" attach web "${input[@]}"
kill -KILL "$weir"
wait "$weir" 2>/dev/null
echo "clsact killed: $(status)"
fails "attach over remains" "$WEIR" attach web "${input[@]}"
on_node "$WEIR" detach web -q
echo "clsact detached: $(status), clsact $(remains web)"

# The discipline is somebody else's here, and stays.
on_node tc qdisc add dev web clsact
attach "$folder/log" web "${input[@]}" --means clsact
kill -KILL "$weir"
wait "$weir" 2>/dev/null
on_node "$WEIR" detach web -q
echo "other's clsact: $(status), clsact $(remains web)"
on_node tc qdisc del dev web clsact

attach "$folder/log" web "${input[@]}"
kill -KILL "$weir"
wait "$weir" 2>/dev/null
echo "tcx killed: $(status)"

attach "$folder/log" web "${input[@]}" --hook xdp
on_node "$WEIR" detach web -q
finish
echo "detached from outside: exit $code, $(status); $(tail -1 "$folder/log.err")"

attach "$folder/log" other "${input[@]}"
ip -n "$node" link del other
finish
echo "interface gone: exit $code; $(tail -1 "$folder/log.err")"

# Nobody reads: events are lost and counted, and the run can still be ended.
mkfifo "$folder/pipe"
exec 7<>"$folder/pipe"
: >"$folder/log.err"
ip netns exec "$node" "$WEIR" attach web "${input[@]}" --packets -o jsonpb >"$folder/pipe" 2>"$folder/log.err" &
weir=$!
background+=($!)
until grep -q '^attached' "$folder/log.err"; do
  kill -0 "$weir" || exit 1
  sleep 0.02
done
in_pod client python3 - <<'PYTHON'
import socket
connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(60000): connection.sendto(b"x", ("10.201.0.10", 9))
PYTHON
until grep -q 'events were lost' "$folder/log.err"; do
  kill -0 "$weir" || exit 1
  sleep 0.1
done
kill -INT "$weir"
finish
echo "nobody reads: exit $code, $(status); $(tail -1 "$folder/log.err")"
exec 7>&-

fails "no interface" "$WEIR" attach nope "${input[@]}"
fails "no endpoint" "$WEIR" attach web "${input[@]}" --endpoint lab/nobody
fails "no privileges" setpriv --reuid 65534 --clear-groups --bounding-set -all "$WEIR" attach web "${input[@]}"
fails "no bpf" python3 without_bpf.py "$WEIR" attach web "${input[@]}"
fails "metrics taken" "$WEIR" attach web "${input[@]}" --metrics 192.0.2.1:9965
fails "status without privileges" setpriv --reuid 65534 --clear-groups --bounding-set -all "$WEIR" status
echo "in the end: $(status), clsact $(remains web)"
