# Real servers and clients, with the program at the web server's device: what is answered.
#
# connectivity.sh FOLDER [ARGUMENTS of weir attach…]; answers, a line each, on standard output.
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lab.sh
folder=$1
shift
set_up
serve_web
attach "$folder/log" web -f cluster.yaml -f policy.yaml --connections 4096 "$@"

ask() { echo "$1: $("${@:2}")"; }
ask "client web:8080" get client http://10.201.0.10:8080/ $sure
ask "client web:8080 IPv6" get client 'http://[fd00:201::10]:8080/' $sure
ask "client web:9090" get client http://10.201.0.10:9090/ $brief
ask "client web:9090 IPv6" get client 'http://[fd00:201::10]:9090/' $brief
ask "other web:8080" get other http://10.201.0.10:8080/ $brief
ask "other web:8080 IPv6" get other 'http://[fd00:201::10]:8080/' $brief
ask "client web:5353/udp" udp client 10.201.0.10 5353 $sure
ask "client web:5353/udp IPv6" udp client fd00:201::10 5353 $sure
ask "client web:5454/udp" udp client 10.201.0.10 5454 $brief
ask "other web:5353/udp" udp other 10.201.0.10 5353 $brief
ask "client web ping" echo_request client 10.201.0.10 $sure
ask "client web ping IPv6" echo_request client fd00:201::10 $sure
ask "other web ping" echo_request other 10.201.0.10 $brief
# Nothing restricts what the web server itself sends; that there is no such port comes back as an ICMP error.
ask "web other ping" echo_request web 10.201.0.30 $sure
ask "web other:7777/udp" udp web 10.201.0.30 7777 $sure
ask "web other:7777/udp IPv6" udp web fd00:201::30 7777 $sure
# The node is the host to its pods.
echo "node web:8080: $(on_node curl -sf --interface 192.168.201.1 --max-time $sure -o /dev/null http://10.201.0.10:8080/ && echo yes || echo no)"

kill -INT "$weir"
wait "$weir"
echo "exit: $?"
echo "status after: $(on_node "$WEIR" status -o json)"
