# Names learnt from a real DNS server's answers, and TLS servers told apart by their names, at the client's device.
#
# layer7.sh FOLDER [ARGUMENTS of weir attach…]; answers, a line each, on standard output. Events are left in live.out.
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lab.sh
folder=$1
shift
set_up
# Addresses outside of the cluster, behind the web server's device.
for address in 203.0.113.5 203.0.113.6 203.0.113.7; do
  in_pod web ip addr add $address/32 dev lo
  on_node ip route add $address/32 dev web
done
in_pod web ip -6 addr add 2001:db8::5/128 dev eth0 nodad
on_node ip -6 route add 2001:db8::5/128 dev web
serve_web
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=good.example \
  -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
start web python3 tls.py serve "$folder/certificate.pem" "$folder/key.pem"
start other dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file \
  --listen-address=10.201.0.30 --bind-interfaces --local-ttl=3600 \
  --host-record=a.allowed.test,203.0.113.5,2001:db8::5 --host-record=b.allowed.test,203.0.113.6 \
  --host-record=other.test,203.0.113.7 --cname=c.allowed.test,b.allowed.test
until in_pod web bash -c ': </dev/tcp/127.0.0.1/8443' 2>/dev/null; do sleep 0.05; done
until in_pod other dig +short +time=1 +tries=1 @10.201.0.30 a.allowed.test | grep -q 203; do sleep 0.05; done

mkdir -p "$folder/input"
cp cluster.yaml layer7.yaml "$folder/input/"
attach "$folder/live" client -f "$folder/input" --connections 4096 -o jsonpb --metrics 127.0.0.1:9964 --no-watch "$@"

ask() { echo "$1: $("${@:2}")"; }
# resolve NAME TYPE OPTION…
resolve() { in_pod client dig +short +time=2 +tries=2 @10.201.0.30 "$@" | tail -1; }
tls() { in_pod client python3 tls.py ask "$@"; }
metric() { on_node curl -sf http://127.0.0.1:9964/metrics | sed -n "s/^$1 //p"; }

ask "a before it was asked for" get client http://203.0.113.5:8080/ $brief
ask "dig a" resolve a.allowed.test A
ask "a" get client http://203.0.113.5:8080/ $sure
ask "a at another port" get client http://203.0.113.5:9090/ $brief
ask "a over IPv6 before it was asked for" get client 'http://[2001:db8::5]:8080/' $brief
ask "dig a AAAA" resolve a.allowed.test AAAA
ask "a over IPv6" get client 'http://[2001:db8::5]:8080/' $sure
# Through an alias, and over TCP.
ask "dig c over TCP" resolve c.allowed.test A +tcp
ask "c" get client http://203.0.113.6:8080/ $sure
# No rule lets the client ask for this: Weir is no proxy, so there is an answer, which teaches nothing.
ask "dig other" resolve other.test A
ask "other" get client http://203.0.113.7:8080/ $brief

# Policies are read again: what was learnt stays.
kill -HUP "$weir"
until grep -q '^reloaded' "$folder/live.err"; do
  kill -0 "$weir" || exit 1
  sleep 0.02
done
ask "a after a reload" get client http://203.0.113.5:8080/ $sure

ask "TLS good.example" tls 10.201.0.10 good.example
ask "TLS bad.example" tls 10.201.0.10 bad.example
ask "TLS bad.example IPv6" tls fd00:201::10 bad.example
ask "TLS good.example IPv6" tls fd00:201::10 good.example
ask "GET /public" get client http://10.201.0.10:9090/public $sure
ask "GET /secret" get client http://10.201.0.10:9090/secret $sure

ask "answers" metric weir_dns_answers_total
ask "addresses" metric weir_name_addresses_total
ask "refused connections" metric weir_refused_connections_total
ask "lost copies" metric weir_copies_lost_total
kill -INT "$weir"
wait "$weir"
echo "exit: $?"
