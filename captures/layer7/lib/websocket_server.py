"""A WebSocket server that says everything again."""

import asyncio

from websockets.asyncio.server import serve


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    async with serve(echo, "127.0.0.1", 8083):
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
