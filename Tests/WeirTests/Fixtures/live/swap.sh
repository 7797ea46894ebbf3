# Changes policies again and again while datagrams flow: every one must be judged by a whole set of tables.
#
# swap.sh SWAPS FOLDER [ARGUMENTS of weir attach…]
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lab.sh
swaps=$1 folder=$2
shift 2

# policy PORT…: the client may send to these ports of the web server.
policy() {
  local port ports=()
  for port in "$@"; do ports+=("{port: \"$port\", protocol: UDP}"); done
  cat <<YAML
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: web, namespace: lab}
spec:
  endpointSelector: {matchLabels: {app: web}}
  ingress:
  - fromEndpoints: [{matchLabels: {app: client}}]
    toPorts: [{ports: [$(IFS=,; echo "${ports[*]}")]}]
YAML
}

reloads() { grep -c '^reloaded' "$folder/log.err"; }

set_up
mkdir -p "$folder/input"
cp cluster.yaml "$folder/input/"
policy 6001 6003 >"$folder/sometimes.yaml"
policy 6001 >"$folder/always.yaml"
cp "$folder/sometimes.yaml" "$folder/input/policy.yaml"
attach "$folder/log" web -f "$folder/input" --endpoint lab/web --mode enforce --no-watch --connections 4096 "$@"

mkfifo "$folder/send" "$folder/receive"
in_pod web python3 swap_traffic.py receive <"$folder/receive" >"$folder/received" &
background+=($!)
exec 8>"$folder/receive"
sleep 0.5
in_pod client python3 swap_traffic.py send 10.201.0.10 <"$folder/send" >"$folder/sent" &
sender=$!
background+=($!)
exec 9>"$folder/send"
sleep 0.3

for ((swap = 1; swap <= swaps; swap++)); do
  if ((swap % 2)); then next=always; else next=sometimes; fi
  cp "$folder/$next.yaml" "$folder/next.yaml"
  mv "$folder/next.yaml" "$folder/input/policy.yaml"
  kill -HUP "$weir"
  while (($(reloads) < swap)); do
    kill -0 "$weir" || exit 1
    sleep 0.003
  done
  sleep 0.02
done
exec 9>&-
wait "$sender"
sleep 0.3
exec 8>&-
while [[ ! -s $folder/received ]]; do sleep 0.05; done
kill -INT "$weir"
wait "$weir"
echo "swaps: $(reloads)"
cat "$folder/sent" "$folder/received"
tail -1 "$folder/log.err"
