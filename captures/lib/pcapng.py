#!/usr/bin/env python3
"""Rewrites a nanosecond pcap file of tcpdump as pcapng, with what the recording knows and pcap cannot say."""

import platform
import struct
import sys

NANOSECOND_PCAP = 0xA1B23C4D
SECTION_HEADER, INTERFACE, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
OPTION_END, OPTION_COMMENT = 0, 1
SECTION_OS, SECTION_APPLICATION = 3, 4
INTERFACE_NAME, INTERFACE_DESCRIPTION, INTERFACE_RESOLUTION = 2, 3, 9


def padded(data):
    return data + bytes(-len(data) % 4)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + padded(value)


def block(kind, body, *options):
    content = body + b"".join(options)
    if options:
        content += option(OPTION_END, b"")
    length = len(content) + 12
    return struct.pack("<II", kind, length) + content + struct.pack("<I", length)


def main(source, destination):
    with open(source, "rb") as file:
        data = file.read()
    magic, _, _, _, _, snap_length, link_type = struct.unpack_from("<IHHiIII", data)
    if magic != NANOSECOND_PCAP:
        sys.exit(f"error: {source}: not a little-endian pcap file with nanoseconds")

    blocks = [
        block(
            SECTION_HEADER,
            struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1),
            option(OPTION_COMMENT, b"DNS and TLS conversations of the lab, see captures/README.md"),
            option(SECTION_OS, platform.system().encode()),
            option(SECTION_APPLICATION, b"tcpdump, captures/lib/pcapng.py"),
        ),
        block(
            INTERFACE,
            struct.pack("<HHI", link_type, 0, snap_length),
            option(INTERFACE_NAME, b"br0"),
            option(INTERFACE_DESCRIPTION, b"pod network of the lab"),
            option(INTERFACE_RESOLUTION, b"\x09"),
        ),
    ]
    offset = 24
    while offset < len(data):
        seconds, nanoseconds, captured, original = struct.unpack_from("<IIII", data, offset)
        offset += 16
        time = seconds * 10**9 + nanoseconds
        header = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, captured, original)
        blocks.append(block(ENHANCED_PACKET, header + padded(data[offset : offset + captured])))
        offset += captured
    with open(destination, "wb") as file:
        file.write(b"".join(blocks))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: pcapng.py SOURCE.pcap DESTINATION.pcapng")
    main(sys.argv[1], sys.argv[2])
