# shellcheck shell=bash
# Servers that more than one recording needs. Each runs unprivileged in its own namespace, with all its files below $work.

# A throw-away certificate; key and certificate vanish with the lab.
make_certificate() {
  local name=$1 address=$2
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name,IP:$address" -keyout "$work/nginx/$name.key" -out "$work/nginx/$name.crt" \
    2>/dev/null
}

tls_site() {
  local name=$1
  cat <<CONF
server {
  listen 443 ssl http2;
  listen [::]:443 ssl http2;
  server_name $name;
  ssl_certificate $work/nginx/$name.crt;
  ssl_certificate_key $work/nginx/$name.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  default_type application/json;
  location / { return 200 '{"host":"$name"}\n'; }
}
server {
  listen 80;
  server_name $name;
  location / { return 301 https://$name/; }
}
CONF
}

# serve_http NAME SITE
serve_http() {
  local name=$1 site=$2 directory=$work/nginx/$1
  mkdir "$directory"
  chown nobody:nogroup "$directory"
  cat >"$directory/nginx.conf" <<CONF
daemon off;
master_process off;
pid $directory/nginx.pid;
events {}
http {
  access_log off;
  server_tokens off;
  client_body_temp_path $directory/body;
  proxy_temp_path $directory/proxy;
  fastcgi_temp_path $directory/fastcgi;
  scgi_temp_path $directory/scgi;
  uwsgi_temp_path $directory/uwsgi;
$site
}
CONF
  start "$name" nginx -e "$directory/error.log" -c "$directory/nginx.conf" >"$directory/output.log" 2>&1 &
}
