"""Connects to an address and asks for a server by name, or by none; says something and hears the answer."""

import asyncio
import ssl
import sys

from aioquic.asyncio import connect
from aioquic.quic.configuration import QuicConfiguration


async def main(address, name=None):
    # Without a name nothing is sent: an address is none (RFC 6066, section 3).
    configuration = QuicConfiguration(
        alpn_protocols=["greeting"], is_client=True, verify_mode=ssl.CERT_NONE, server_name=name
    )
    async with connect(address, 443, configuration=configuration) as client:
        reader, writer = await client.create_stream()
        writer.write(b"anybody there?\n")
        writer.write_eof()
        await reader.read()


asyncio.run(main(*sys.argv[1:]))
