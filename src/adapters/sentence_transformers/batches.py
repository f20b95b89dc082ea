"""Batches: texts that wait for the model, and in which order it gets them.

They go first come, first served, but a windowful at a time is put in order of length, for a
batch costs what its longest text costs.
What nobody waits for any more is dropped unread.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

BATCH = 8
"""How many texts the model gets at once."""
WINDOW = 256

Encode = Callable[[Sequence[str]], Awaitable[Sequence[bytes]]]
"""Turns texts into embeddings, each as bytes."""


class Full(Exception):
    """More texts wait than may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    text: str
    embedding: asyncio.Future[bytes]


class Batches:
    """The texts that wait, at *most* so many."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._fresh: deque[_Waiting] = deque()
        self._window: list[_Waiting] = []
        self._arrived = asyncio.Event()

    async def embed(self, texts: Sequence[str], *, within_s: float) -> bytes:
        """The embeddings of *texts*, one behind the other, when their turn has come.

        Raises:
            Full: Too many texts wait already.
            TimeoutError: It took longer than *within_s* seconds; those still waiting are dropped.
        """
        if len(self._fresh) + len(self._window) + len(texts) > self._most:
            raise Full
        loop = asyncio.get_running_loop()
        fresh = [_Waiting(text=text, embedding=loop.create_future()) for text in texts]
        self._fresh.extend(fresh)
        self._arrived.set()
        async with asyncio.timeout(within_s):
            return b"".join(await asyncio.gather(*(it.embedding for it in fresh)))

    async def serve(self, encode: Encode) -> None:
        """Give batches to *encode*, one after the other, for ever."""
        while True:
            batch = self._next()
            if not batch:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            try:
                embeddings = await encode([it.text for it in batch])
            except Exception as error:  # noqa: BLE001 - those who wait are told, and the next batch goes on
                _settle(batch, [error] * len(batch))
            else:
                _settle(batch, embeddings)

    def _next(self) -> list[_Waiting]:
        """The next batch of those that are still waited for; empty if there is none."""
        batch: list[_Waiting] = []
        while len(batch) < BATCH:
            self._window = self._window or self._next_window()
            if not self._window:
                break
            next_one = self._window.pop()
            if not next_one.embedding.done():
                batch.append(next_one)
        return batch

    def _next_window(self) -> list[_Waiting]:
        window = [self._fresh.popleft() for _ in range(min(WINDOW, len(self._fresh)))]
        return sorted(window, key=lambda it: len(it.text))


def _settle(batch: Sequence[_Waiting], results: Sequence[bytes | Exception]) -> None:
    for it, result in zip(batch, results, strict=True):
        if it.embedding.done():
            continue
        if isinstance(result, Exception):
            it.embedding.set_exception(result)
        else:
            it.embedding.set_result(result)
