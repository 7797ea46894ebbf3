"""A TLS server that echoes lines, and a client that asks for one until there are no more answers.

serve CERTIFICATE KEY
ask ADDRESS SERVER-NAME: prints "kept on" after enough answers, or "stalled" when one did not come.
"""

import socket
import ssl
import sys
import threading
import time

PORT = 8443


def answer(connection, context):
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            while data := secured.recv(100):
                secured.send(data)
    except OSError:
        pass


def serve(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection, context), daemon=True).start()


def ask(address, name):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((address, PORT), timeout=2) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secured:
                # The reader of copies has had its say long before the last of these.
                for number in range(12):
                    secured.send(b"%d\n" % number)
                    if not secured.recv(100):
                        return "closed"
                    time.sleep(0.1)
        return "kept on"
    except (TimeoutError, ssl.SSLError):
        return "stalled"
    except OSError as error:
        return f"{error}"


serve(*sys.argv[2:]) if sys.argv[1] == "serve" else print(ask(*sys.argv[2:]))
