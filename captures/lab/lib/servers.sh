# shellcheck shell=bash
# The lab's servers. Each runs unprivileged in its own namespace, with all its files below $work.

start_servers() {
  say "starting the servers"
  mkdir -p "$work"/{home,nginx,postgres}
  write_resolver_settings
  make_certificate api.github.com 203.0.113.10
  make_certificate api.cloudflare.com 203.0.113.11
  chown -R nobody:nogroup "$work"/{home,nginx,postgres}

  serve_http hello-app "$(hello_app_site)"
  serve_http gateway "$(gateway_site)"
  serve_http github "$(tls_site api.github.com)"
  serve_http cloudflare "$(tls_site api.cloudflare.com)"
  serve_http metadata 'server { listen 80; location / { return 200 "instance-id\n"; } }'
  serve_postgres
  serve_dns coredns
  serve_dns resolver

  wait_for_port hello-app 8000
  wait_for_port gateway 80
  wait_for_port github 443
  wait_for_port cloudflare 443
  wait_for_port metadata 80
  wait_for_port coredns 53
  wait_for_port resolver 53
  wait_until "PostgreSQL answers" in_pod postgres "$postgres_bin/psql" -h 127.0.0.1 -U postgres -qc "
    CREATE TABLE greetings (language text PRIMARY KEY, words text);
    INSERT INTO greetings VALUES ('de', 'Hallo Welt'), ('en', 'Hello, world'), ('fr', 'Bonjour le monde')"
}

# The dnsConfig of the lab's pods (cluster.yaml): names with two dots or more are looked up as they stand first.
write_resolver_settings() {
  cat >"$work/resolv.conf" <<'CONF'
nameserver 10.244.0.2
search demo.svc.cluster.local svc.cluster.local cluster.local
options ndots:2
CONF
}

hello_app_site() {
  cat <<'CONF'
server {
  listen 8000;
  listen [::]:8000;
  default_type text/plain;
  location = / { return 200 "hello-app\n"; }
  location = /hello { return 200 "Hello, $arg_name\n"; }
  location = /admin { return 200 "all users deleted\n"; }
  location = /healthz { return 200 "ok\n"; }
}
server {
  listen 15020;
  default_type text/plain;
  location = /metrics { return 200 "hello_requests_total 42\n"; }
}
CONF
}

# One connection to hello-app carries four requests: the visitor's whole session.
gateway_site() {
  cat <<'CONF'
upstream hello-app {
  server 10.244.1.20:8000;
  keepalive 1;
  keepalive_requests 4;
}
server {
  listen 80;
  listen [::]:80;
  location = /status { return 200 "up\n"; }
  location / {
    proxy_pass http://hello-app;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
  }
}
CONF
}

serve_postgres() {
  local data=$work/postgres/data
  in_pod postgres "$postgres_bin/initdb" -D "$data" -U postgres -A trust --no-sync --locale=C -E UTF8 \
    >"$work/initdb.log"
  printf 'host all all %s trust\n' 0.0.0.0/0 ::/0 >>"$data/pg_hba.conf"
  start postgres "$postgres_bin/postgres" -D "$data" -k "$work/postgres" -c listen_addresses='*' -c fsync=off \
    >"$work/postgres.log" 2>&1 &
}

# serve_dns NAME: dnsmasq with the cluster's names and the two outside ones.
serve_dns() {
  local name=$1
  start "$name" dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
    --log-facility=- --local-ttl=60 --local=/cluster.local/ --local=/exfil.example/ \
    --host-record=hello-app.demo.svc.cluster.local,10.96.100.20 \
    --host-record=hello-gateway.demo.svc.cluster.local,10.96.100.10 \
    --host-record=postgres.demo.svc.cluster.local,10.244.0.30 \
    --host-record=api.github.com,203.0.113.10,2001:db8:113::10 \
    --host-record=api.cloudflare.com,203.0.113.11,2001:db8:113::11 \
    --txt-record=c2VjcmV0.exfil.example,thanks >"$work/dnsmasq-$name.log" 2>&1 &
}
