#!/usr/bin/env python3
"""Shows the conversations of the lab's captures and compares them with expected.jsonl.

Fails if a capture shows a packet twice, holds a wrong checksum, or differs from what was expected: another
conversation, or another server name, DNS question or HTTP request inside one.
"""

import argparse
import json
import os
import re
import struct
import sys
from collections import Counter, defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import packets  # noqa: E402

QUERY_TYPES = {1: "A", 16: "TXT", 28: "AAAA"}
HTTP_REQUEST = re.compile(rb"(?:^|\r\n\r\n)(GET|POST) (\S+) HTTP/1\.[01]\r\n")


class Conversation:
    def __init__(self, first):
        self.source, self.destination = first.source, first.destination
        self.protocol, self.port = packets.NAMES[first.protocol], first.destination_port
        self.icmp_type = first.icmp_type
        self.from_source = self.from_destination = 0
        self.segments = {}
        self.datagrams = []

    def add(self, packet):
        if packet.source != self.source:
            self.from_destination += 1
            return
        self.from_source += 1
        if packet.payload and self.protocol == "TCP":
            self.segments.setdefault(packet.sequence, packet.payload)
        elif packet.payload:
            self.datagrams.append(packet.payload)

    @property
    def key(self):
        """What expected.jsonl says of a conversation, in the same words."""
        port = {"icmpType": self.icmp_type} if self.protocol.startswith("ICMP") else {"port": self.port}
        return {"source": self.source, "destination": self.destination, "protocol": self.protocol} | port

    @property
    def requests(self):
        """What a proxy would judge: DNS questions, the server name of a TLS connection, HTTP requests."""
        stream = b"".join(self.segments[sequence] for sequence in sorted(self.segments))
        if self.port == 53:
            return [f"dns {question(message)}" for message in self.datagrams or messages(stream)]
        if stream[:1] == b"\x16":
            return [f"tls {server_name(stream) or '-'}"]
        return [f"http {method.decode()} {path.decode()}" for method, path in HTTP_REQUEST.findall(stream)]


def messages(stream):
    """DNS messages of a TCP stream."""
    while stream:
        length = struct.unpack_from(">H", stream)[0]
        yield stream[2 : 2 + length]
        stream = stream[2 + length :]


def question(message):
    labels, offset = [], 12
    while message[offset]:
        labels.append(message[offset + 1 : offset + 1 + message[offset]].decode())
        offset += 1 + message[offset]
    return f"{QUERY_TYPES[struct.unpack_from('>H', message, offset + 1)[0]]} {'.'.join(labels)}."


def server_name(stream):
    """The server name of the ClientHello that a stream begins with, None if it has none."""
    offset = 5 + 4 + 2 + 32
    offset += 1 + stream[offset]
    offset += 2 + struct.unpack_from(">H", stream, offset)[0]
    offset += 1 + stream[offset]
    end = offset + 2 + struct.unpack_from(">H", stream, offset)[0]
    offset += 2
    while offset < end:
        extension, length = struct.unpack_from(">HH", stream, offset)
        if extension == 0:
            return stream[offset + 9 : offset + 4 + length].decode()
        offset += 4 + length
    return None


def read(path):
    """The capture's conversations in order of their first packet, its other frames by kind, and its faults."""
    conversations, other, faults, seen = {}, Counter(), [], defaultdict(list)
    for number, frame in enumerate(packets.frames(path), 1):
        packet = packets.parse(frame)
        if packet is None:
            other["ARP" if frame[12:14] == b"\x08\x06" else "other"] += 1
            continue
        seen[packet.identity].append(number)
        if not packet.checksums_hold:
            faults.append(f"{path}: packet {number}: wrong checksum")
        if packet.protocol == packets.ICMPV6 and packet.icmp_type in range(133, 138):
            other["neighbour discovery"] += 1
            # Neighbour messages have no identification; their repetition is no second sighting.
            seen[packet.identity].pop()
            continue
        if packet.protocol not in packets.NAMES or packet.icmp_type not in (0, 8, 128, 129):
            other["other"] += 1
            continue
        ends = (packet.source, packet.source_port), (packet.destination, packet.destination_port)
        conversations.setdefault((packet.protocol, *sorted(ends)), Conversation(packet)).add(packet)
    for numbers in seen.values():
        if len(numbers) > 1:
            faults.append(f"{path}: packets {numbers} are the same packet")
    return list(conversations.values()), other, faults


def compare(path, conversations, expectations):
    """How a capture differs from what was expected of it."""
    for number, (found, line) in enumerate(zip(conversations, expectations), 1):
        wanted = {name: line[name] for name in found.key if name in line}
        requests = [request["request"] for request in line.get("requests", [])]
        if found.key != wanted or found.requests != requests:
            yield f"{path}: conversation {number} ({line['id']}): {found.key} {found.requests}, not {wanted} {requests}"
    if len(conversations) != len(expectations):
        yield f"{path}: {len(conversations)} conversations, expected {len(expectations)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", nargs="+", metavar="CAPTURE")
    parser.add_argument("--expected", metavar="FILE", help="expected.jsonl to compare with")
    arguments = parser.parse_args()
    expected = None
    if arguments.expected:
        with open(arguments.expected, encoding="utf-8") as file:
            expected = [json.loads(line) for line in file]

    all_faults = []
    for path in arguments.captures:
        conversations, other, faults = read(path)
        if expected is not None:
            name = os.path.basename(path)
            faults += compare(path, conversations, [line for line in expected if line["capture"] == name])
        print(f"{path}: {os.path.getsize(path)} bytes")
        for found in conversations:
            what = f"type {found.icmp_type}" if found.protocol.startswith("ICMP") else str(found.port)
            print(
                f"  {found.source:>20} -> {found.destination:<20} {found.protocol:<6} {what:<8}"
                f" {found.from_source:>3}/{found.from_destination:<3} {', '.join(found.requests)}".rstrip()
            )
        print("  also:", ", ".join(f"{count} {kind}" for kind, count in sorted(other.items())) or "nothing")
        all_faults += faults
    for fault in all_faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if all_faults else 0


if __name__ == "__main__":
    sys.exit(main())
