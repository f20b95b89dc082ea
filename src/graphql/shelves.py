"""Shelves: the tables of texts, kept at hand for a while once they were found.

A text is a blob, and whoever pages through a long table asks for it again and again. What is kept
never goes stale, for a blob never changes; nobody is shown it who was not shown its document first.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from io import BytesIO
from typing import Any, TypeVar

import orjson

from aether.domain.blobs import BlobKey, Blobs
from aether.domain.errors import Invalid
from aether.domain.tables import Table, tables_of
from aether.domain.texts import BlockKind, Extracted

BYTES_MOST = 100_000_000
"""The largest text with its anchors whose tables are told, in bytes of JSON."""
CHARACTERS_KEPT = 40_000_000
"""How much all tables that are kept may say, in characters, unless those of one text say more."""
KEPT_S = 60.0
"""How long tables are kept, in seconds."""
AT_ONCE = 2
"""How many texts are looked through at a time."""

T = TypeVar("T")

_TELLING = {BlockKind.HEADING, BlockKind.TABLE}


class TextTooLarge(Invalid):
    """The text is too long to have its tables told."""

    code = "TEXT_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__("The document is too long to have its tables told.", field="tables")


class Shelf:
    """Where the tables of texts are found."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._kept: dict[BlobKey, Sequence[Table]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._looking: set[asyncio.Future[Any]] = set()

    async def tables(self, texts: BlobKey) -> Sequence[Table]:
        """The tables of a text, in order.

        Raises:
            TextTooLarge: It is too long.
            BlobMissing: It was erased.
        """
        if texts in self._kept:
            return self._kept[texts]
        return await self._in_turn(self._looked(texts))

    async def find(self, tables: Sequence[Table]) -> None:
        """Find the cells of some tables; of very many, few are ever asked for."""
        if new := [table for table in tables if not table.found]:
            await self._in_turn(asyncio.to_thread(_find, new))

    async def _in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            await self._turns.acquire()
        except BaseException:
            work.close()
            raise
        # Whoever does not wait any longer stops no thread: the turn lasts until it is done.
        self._looking.add(looking := asyncio.ensure_future(work))
        looking.add_done_callback(self._done)
        return await asyncio.shield(looking)

    async def _looked(self, texts: BlobKey) -> Sequence[Table]:
        found = self._kept.get(texts)  # Whoever came before may have looked for the same.
        if found is None:
            found = await self._found(texts)
            self._keep(texts, found)
        return found

    def _done(self, looking: asyncio.Future[Any]) -> None:
        self._turns.release()
        self._looking.discard(looking)
        if not looking.cancelled():
            looking.exception()  # Nobody may be there any more to hear of it.

    async def _found(self, texts: BlobKey) -> Sequence[Table]:
        if await self._blobs.size(texts) > BYTES_MOST:
            raise TextTooLarge
        pieces = [piece async for piece in self._blobs.open(texts)]
        return await asyncio.to_thread(_tables_in, pieces)

    def _keep(self, texts: BlobKey, found: Sequence[Table]) -> None:
        while self._kept and sum(map(_size, [*self._kept.values(), found])) > CHARACTERS_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[texts] = found
        asyncio.get_running_loop().call_later(KEPT_S, self._kept.pop, texts, None)


def _tables_in(pieces: Sequence[bytes]) -> Sequence[Table]:
    lines = map(orjson.loads, BytesIO(b"".join(pieces)))
    return tables_of(Extracted.of_lines(map(_telling, lines)))


def _find(tables: Sequence[Table]) -> None:
    for table in tables:
        table.find()


def _telling(line: dict[str, Any]) -> dict[str, Any]:
    """What tables are to know: of a long text most blocks are paragraphs, and tell them nothing."""
    return line | {"blocks": [block for block in line.get("blocks", ()) if block[2] in _TELLING]}


def _size(tables: Sequence[Table]) -> int:
    return sum(len(table.said) for table in tables)
