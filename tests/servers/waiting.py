"""Waiting for what happens elsewhere."""

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], bool], *, within_s: float = 20) -> None:
    """Wait until *true*; a TimeoutError if that takes too long."""
    async with asyncio.timeout(within_s):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)


async def listens(port: int) -> bool:
    """Whether anybody listens on *port* of this machine."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
