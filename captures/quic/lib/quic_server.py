"""A QUIC server that says hello on the first stream of a connection."""

import asyncio
import sys

from aioquic.asyncio import serve
from aioquic.quic.configuration import QuicConfiguration


def greet(reader, writer):
    writer.write(b"hello\n")
    writer.write_eof()


async def main(certificate, key):
    configuration = QuicConfiguration(alpn_protocols=["greeting"], is_client=False)
    configuration.load_cert_chain(certificate, key)
    await serve("::", 443, configuration=configuration, stream_handler=greet)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
