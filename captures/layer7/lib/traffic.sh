# shellcheck shell=bash
# The conversations, in the order of expected.jsonl. What the policies would say is written there, not here.

readonly store=10.244.1.20 partner=203.0.113.30 plain=203.0.113.40

http_traffic() {
  # One connection, many requests; two of them hide what they ask for.
  fetch client "http://$store:8080/items" --next -sS "http://$store:8080/items/7?colour=red" \
    --next -sS "http://$store:8080/admin" --next -sS --path-as-is "http://$store:8080/items/../admin" \
    --next -sS --path-as-is "http://$store:8080//items//7" --next -sS -I "http://$store:8080/items"
  # A header decides.
  fetch client -d name=shoe "http://$store:8080/items" --next -sS -H "X-Token: wrong" -d name=shoe \
    "http://$store:8080/items" --next -sS -H "x-token: secret" -d name=shoe "http://$store:8080/items"
  # A body in chunks, then another request behind it.
  fetch client -H "X-Token: secret" -H "Transfer-Encoding: chunked" -d name=shoe "http://$store:8080/items" \
    --next -sS "http://$store:8080/admin"
  # The host decides.
  fetch client -H "Host: ops.shop.example" "http://$store:8080/admin"
  # Three requests before the first answer.
  say_plainly client "$store" 8080 \
    'GET /items HTTP/1.1\r\nHost: store\r\n\r\nGET /admin HTTP/1.1\r\nHost: store\r\n\r\n' \
    'GET /items/1 HTTP/1.1\r\nHost: store\r\nConnection: close\r\n\r\n'
  # Another peer, whose rule has no HTTP part.
  fetch browser "http://$store:8080/admin"
  # A WebSocket: its first request is judged.
  in_pod client "$work/python/bin/python" "$work/websocket_client.py" "ws://$store:8080/chat"

  # HTTP/2: with prior knowledge, after an upgrade, with padding, with headers too long for one frame.
  in_pod client nghttp --null-out "http://$store:8082/public/a" "http://$store:8082/private"
  in_pod client nghttp --null-out --upgrade "http://$store:8082/public/b"
  in_pod client nghttp --null-out --upgrade "http://$store:8082/private"
  in_pod client nghttp --null-out --padding=64 -H "x-long: $(printf 'weir%.0s' {1..6000})" \
    "http://$store:8082/public/c?long=yes"
  fetch client --http2-prior-knowledge -d name=shoe "http://$store:8082/public/d"

  in_pod client "$work/python/bin/python" "$work/grpc_client.py" "$store:50051" AddItem Empty GetItem
}

names_traffic() {
  # The address is not known by its name yet.
  fetch client --cacert "$work/nginx/api.example.com.crt" --resolve api.example.com:443:203.0.113.10 \
    https://api.example.com/early
  look_up client API.Example.com A
  fetch client -4 --cacert "$work/nginx/api.example.com.crt" https://api.example.com/late
  # An alias: the name that was asked for counts.
  look_up client images.example.com A +tcp
  fetch client --cacert "$work/nginx/images.example.com.crt" --resolve images.example.com:443:203.0.113.20 \
    https://images.example.com/
  look_up client evil.example.org A
  look_up client evil.example.org A +tcp
  look_up browser api.example.com TXT

  shake_hands client "$partner" -servername partner.example.com -tls1_2
  shake_hands client "$partner" -servername EU.partner.example.com
  shake_hands client "$partner" -servername a.b.partner.example.com
  shake_hands client "$partner" -noservername
  say_plainly client "$partner" 443 'GET / HTTP/1.0\r\n\r\n'

  # Plain text for a rule that reads it, and the same rule where the text is encrypted.
  fetch client "http://$plain/open" --next -sS "http://$plain/closed"
  fetch client --cacert "$work/nginx/plain.example.com.crt" "https://$plain/open"
}

# fetch POD CURL-ARGUMENT…
fetch() {
  local pod=$1
  shift
  in_pod "$pod" curl --disable -sS --fail-early -m 10 "$@" >/dev/null
}

# look_up POD NAME TYPE [DIG-OPTION…]
look_up() {
  local pod=$1
  shift
  in_pod "$pod" dig +time=5 +tries=1 +nocookie @10.244.0.2 "$@" >/dev/null
}

# shake_hands POD SERVER OPENSSL-OPTION…
shake_hands() {
  local pod=$1 server=$2
  shift 2
  in_pod "$pod" timeout 10 openssl s_client -connect "$server:443" "$@" </dev/null >/dev/null 2>&1
}

# say_plainly POD SERVER PORT TEXT…: sends the texts as they are, one segment each, and hears the answer.
say_plainly() {
  local pod=$1 server=$2 port=$3 text
  shift 3
  # shellcheck disable=SC2059  # the texts have escapes
  for text in "$@"; do
    printf "$text"
    sleep 0.1
  done | in_pod "$pod" nc -w 5 "$server" "$port" >/dev/null
}
