"""Says one thing over a WebSocket, hears it again, and leaves."""

import sys

from websockets.sync.client import connect

with connect(sys.argv[1]) as connection:
    connection.send("hello")
    assert connection.recv(timeout=10) == "hello"
