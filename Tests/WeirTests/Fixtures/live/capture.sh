# Traffic judged live, and captured at the same time where it enters the node: for comparison with a replay.
#
# capture.sh FOLDER: leaves live.jsonl, client.pcap, other.pcap and web.pcap there.
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lab.sh
folder=$1
set_up
serve_web
# By address, so that each packet meets both ends' policies, as in a replay. Captures show what a device receives before
# the program sees it, but what it sends only after: hence at the others' devices.
attach "$folder/live" web -f cluster.yaml -f policy.yaml --mode enforce --connections 4096 -o jsonpb
captures=()
for pod in client other; do
  ip netns exec "$node" tcpdump --immediate-mode -U -i "$pod" -w "$folder/$pod.pcap" >"$folder/$pod.log" 2>&1 &
  captures+=($!)
  background+=($!)
  until grep -q 'listening on' "$folder/$pod.log"; do sleep 0.05; done
done
# Neighbours are found beforehand, so that nothing waits.
{
  get client http://10.201.0.10:8080/ $sure
  get client 'http://[fd00:201::10]:8080/' $sure
  get client http://10.201.0.10:9090/ $brief
  get other 'http://[fd00:201::10]:8080/' $brief
  udp client 10.201.0.10 5353 $sure
  udp client fd00:201::10 5454 $brief
  udp web 10.201.0.30 7777 $sure
  udp web 10.201.0.20 7777 $sure
  echo_request client 10.201.0.10 $sure
  echo_request client fd00:201::10 $sure
  echo_request other 10.201.0.10 $brief
  echo_request web 10.201.0.30 $sure
} >"$folder/answers"
sleep 0.5
kill -INT "${captures[@]}" 2>/dev/null
wait "${captures[@]}"
kill -INT "$weir"
wait "$weir"
echo "exit: $?"
