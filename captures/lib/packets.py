"""Reads the lab's captures: just enough of pcap, pcapng, Ethernet, IP, TCP, UDP and ICMP for conversations.py."""

import ipaddress
import struct
from dataclasses import dataclass

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
NAMES = {TCP: "TCP", UDP: "UDP", ICMP: "ICMP", ICMPV6: "ICMPv6"}
ECHO = {(ICMP, 8), (ICMP, 0), (ICMPV6, 128), (ICMPV6, 129)}


@dataclass(frozen=True)
class Packet:
    """One IP packet. For echo messages the ports are the identifier; for other ICMP they are zero."""

    source: str
    destination: str
    protocol: int
    source_port: int
    destination_port: int
    icmp_type: int
    sequence: int
    flags: int
    payload: bytes
    identity: bytes
    """The packet as its sender made it: without what routers change (hop limit, header checksum)."""
    checksums_hold: bool


def frames(path):
    """The frames of a little-endian pcap or pcapng file."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        offset = 0
        while offset < len(data):
            kind, length = struct.unpack_from("<II", data, offset)
            if kind == 6:
                captured = struct.unpack_from("<I", data, offset + 20)[0]
                yield data[offset + 28 : offset + 28 + captured]
            offset += length
    else:
        offset = 24
        while offset < len(data):
            captured = struct.unpack_from("<I", data, offset + 8)[0]
            yield data[offset + 16 : offset + 16 + captured]
            offset += 16 + captured


def ones_complement(*parts):
    data = b"".join(part + bytes(len(part) % 2) for part in parts)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def parse(frame):
    """The IP packet in an Ethernet frame, or None."""
    ether_type = struct.unpack_from(">H", frame, 12)[0]
    ip = frame[14:]
    if ether_type == 0x0800:
        header = (ip[0] & 15) * 4
        ip = ip[: struct.unpack_from(">H", ip, 2)[0]]
        protocol, addresses = ip[9], ip[12:20]
        identity = ip[:8] + b"\0" + ip[9:10] + b"\0\0" + ip[12:]
        header_holds = ones_complement(ip[:header]) == 0xFFFF
    elif ether_type == 0x86DD:
        header = 40
        ip = ip[: 40 + struct.unpack_from(">H", ip, 4)[0]]
        protocol, addresses = ip[6], ip[8:40]
        identity = ip[:7] + b"\0" + ip[8:]
        header_holds = True
    else:
        return None

    half = len(addresses) // 2
    source, destination = (str(ipaddress.ip_address(a)) for a in (addresses[:half], addresses[half:]))
    body = ip[header:]
    source_port = destination_port = icmp_type = sequence = flags = 0
    payload = b""
    if protocol in (TCP, UDP):
        source_port, destination_port = struct.unpack_from(">HH", body)
        payload = body[8:]
    if protocol == TCP:
        sequence, flags = struct.unpack_from(">I", body, 4)[0], body[13]
        payload = body[(body[12] >> 4) * 4 :]
    if protocol in (ICMP, ICMPV6):
        icmp_type = body[0]
        if (protocol, icmp_type) in ECHO:
            source_port = destination_port = struct.unpack_from(">H", body, 4)[0]

    pseudo = b"" if protocol == ICMP else addresses + struct.pack(">II", len(body), protocol)
    body_holds = protocol not in NAMES or ones_complement(pseudo, body) == 0xFFFF
    return Packet(
        source, destination, protocol, source_port, destination_port, icmp_type, sequence, flags, payload, identity,
        header_holds and body_holds,
    )  # fmt: skip
