"""Datagrams from one pod to another, numbered, to three ports: one that policy always allows, one that it never does,
and one that every other policy set allows.

send ADDRESS: until standard input ends; then prints how many numbers were sent.
receive: until standard input ends; then prints, for each port, how many arrived, and how often arriving began or ended.
"""

import json
import select
import socket
import struct
import sys
import time

ALWAYS, NEVER, SOMETIMES = PORTS = (6001, 6002, 6003)
SOURCES = 64


def send(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sockets = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(SOURCES)]
    number = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        # Of the sockets, half are used for ever, and of the others each only for a while: old and new connections.
        place = number % SOURCES
        if place >= SOURCES // 2 and number % 1024 >= 1024 - SOURCES // 2:
            sockets[place].close()
            sockets[place] = socket.socket(family, socket.SOCK_DGRAM)
        for port in PORTS:
            sockets[place].sendto(struct.pack("!Q", number), (address, port))
        number += 1
        time.sleep(0.0003)
    print(json.dumps({"sent": number}), flush=True)


def receive():
    sockets = {}
    for port in PORTS:
        connection = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        connection.bind(("::", port))
        connection.setblocking(False)
        sockets[connection] = port
    numbers = {port: [] for port in PORTS}
    is_over = False
    while True:
        ready = select.select([*sockets, *([] if is_over else [sys.stdin])], [], [], 0.5)[0]
        if not ready and is_over:
            break
        for connection in ready:
            if connection is sys.stdin:
                is_over = True
                continue
            try:
                while True:
                    numbers[sockets[connection]].append(struct.unpack("!Q", connection.recv(64))[0])
            except BlockingIOError:
                pass
    result = {}
    for port, name in zip(PORTS, ("always", "never", "sometimes")):
        got = sorted(set(numbers[port]))
        result[name] = len(got)
        result[name + "_runs"] = sum(1 for a, b in zip([-2, *got], got) if b != a + 1)
        result[name + "_first"] = got[0] if got else -1
        result[name + "_last"] = got[-1] if got else -1
        result[name + "_twice"] = len(numbers[port]) - len(got)
    print(json.dumps(result), flush=True)


send(sys.argv[2]) if sys.argv[1] == "send" else receive()
