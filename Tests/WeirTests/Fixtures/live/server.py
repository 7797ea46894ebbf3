"""A web server of one line on two TCP ports, and an echo server on two UDP ports, for both IP versions."""

import http.server
import socket
import socketserver
import threading

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = b"hello\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments): pass

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        data, connection = self.request
        connection.sendto(data, self.client_address)

class EchoServer(socketserver.ThreadingUDPServer):
    address_family = socket.AF_INET6

servers = [Server(("::", port), Handler) for port in (8080, 9090)]
servers += [EchoServer(("::", port), Echo) for port in (5353, 5454)]
for server in servers: threading.Thread(target=server.serve_forever, daemon=True).start()
threading.Event().wait()
