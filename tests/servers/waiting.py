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
