# shellcheck shell=bash
# The servers, each unprivileged in its own namespace, with all its files below $work.

# gRPC and WebSocket come from PyPI, into an environment that vanishes with the recording.
install_packages() {
  say "installing grpcio and websockets"
  # Debian's own, which the unprivileged user can run too
  /usr/bin/python3 -m venv "$work/python"
  "$work/python/bin/pip" --quiet --disable-pip-version-check install grpcio==1.66.1 websockets==13.1
  install -m 644 "$here"/lib/*.py "$work/"
}

start_servers() {
  say "starting the servers"
  mkdir -p "$work"/{home,nginx}
  printf 'nameserver 10.244.0.2\nsearch shop.svc.cluster.local svc.cluster.local\noptions ndots:2\n' >"$work/resolv.conf"
  make_certificate api.example.com 203.0.113.10
  make_certificate images.example.com 203.0.113.20
  make_certificate partner.example.com 203.0.113.30
  make_certificate plain.example.com 203.0.113.40
  chown -R nobody:nogroup "$work"/{home,nginx}

  serve_http store "$(store_site)"
  serve_http api "$(tls_site api.example.com)"
  serve_http images "$(tls_site images.example.com)"
  serve_http partner "$(tls_site partner.example.com)"
  serve_http plain "$(plain_site)"
  start store nghttpx --frontend='*,8082;no-tls' --backend='127.0.0.1,8080' --workers=1 --no-ocsp \
    --errorlog-file="$work/home/nghttpx.log" --accesslog-file=/dev/null --pid-file="$work/home/nghttpx.pid" \
    >"$work/home/nghttpx.out" 2>&1 &
  start store "$work/python/bin/python" "$work/grpc_server.py" >"$work/home/grpc.out" 2>&1 &
  start store "$work/python/bin/python" "$work/websocket_server.py" >"$work/home/websocket.out" 2>&1 &
  serve_dns coredns

  wait_for_port store 8080
  wait_for_port store 8082
  wait_for_port store 8083
  wait_for_port store 50051
  wait_for_port api 443
  wait_for_port images 443
  wait_for_port partner 443
  wait_for_port plain 443
  wait_for_port coredns 53
}

store_site() {
  cat <<'CONF'
map $http_upgrade $connection_upgrade {
  default upgrade;
  '' close;
}
server {
  listen 8080;
  default_type text/plain;
  large_client_header_buffers 8 64k;
  location /items { return 200 "items\n"; }
  location /admin { return 200 "everything deleted\n"; }
  location /public { return 200 "for everybody\n"; }
  location /private { return 200 "for nobody\n"; }
  location = /chat {
    proxy_pass http://127.0.0.1:8083;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
  }
}
CONF
}

plain_site() {
  cat <<CONF
server {
  listen 80;
  default_type text/plain;
  location / { return 200 "plain\n"; }
}
server {
  listen 443 ssl;
  ssl_certificate $work/nginx/plain.example.com.crt;
  ssl_certificate_key $work/nginx/plain.example.com.key;
  location / { return 200 "secret\n"; }
}
CONF
}

# serve_dns NAME: dnsmasq with the outside names; images.example.com is another name's alias.
serve_dns() {
  local name=$1
  start "$name" dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
    --log-facility=- --local-ttl=60 --local=/cluster.local/ --local=/example.org/ \
    --host-record=api.example.com,203.0.113.10,2001:db8:113::10 \
    --host-record=edge7.cdn.example.net,203.0.113.20 \
    --cname=images.example.com,edge7.cdn.example.net \
    --host-record=evil.example.org,203.0.113.30 >"$work/dnsmasq-$name.log" 2>&1 &
}
