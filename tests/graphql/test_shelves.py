"""Shelves: what was looked through once is at hand for a while, and not for ever."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import orjson
import pytest

from aether.adapters.folder.blobs import FolderBlobs
from aether.domain.blobs import BlobKey, BlobMissing
from aether.domain.tables import Table
from aether.domain.texts import Draft
from aether.graphql import shelves
from aether.graphql.shelves import Shelf


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


async def text(blobs: FolderBlobs, *cells: str, tables: int = 1) -> BlobKey:
    """Where the text of so many tables with these cells is kept."""
    draft = Draft()
    for _ in range(tables):
        draft.table([cells])
    said = draft.finished(content_type="text/plain", extractor="test", version="1")

    async def stream() -> AsyncIterator[bytes]:
        yield orjson.dumps(said.packed())

    return (await blobs.keep(stream(), most=10_000)).key


async def test_a_text_is_looked_through_once_for_many_questions(blobs: FolderBlobs) -> None:
    shelf, key = Shelf(blobs), await text(blobs, "Ulm", "5")
    first = await shelf.tables(key)
    await blobs.remove(key)

    assert await shelf.tables(key) is first
    with pytest.raises(BlobMissing):
        await Shelf(blobs).tables(key)


async def test_cells_are_found_of_those_tables_only_that_are_asked_for(blobs: FolderBlobs) -> None:
    shelf = Shelf(blobs)
    first, second, third = await shelf.tables(await text(blobs, "Ulm", "5", tables=3))

    await shelf.find([third, first])
    await shelf.find([third])

    assert [table.found for table in (first, second, third)] == [True, False, True]


async def test_a_shelf_holds_no_more_than_it_may(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "CHARACTERS_KEPT", 12)
    shelf, keys = Shelf(blobs), [await text(blobs, name, "5") for name in ("Ulm", "Bonn", "Kiel")]
    for key in keys:
        await shelf.tables(key)
        await blobs.remove(key)

    with pytest.raises(BlobMissing):
        await shelf.tables(keys[0])
    assert [(await shelf.tables(key))[0].said for key in keys[2:]] == ["Kiel | 5"]


async def test_what_was_looked_through_is_forgotten_after_a_while(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "KEPT_S", 0.0)
    shelf, key = Shelf(blobs), await text(blobs, "Ulm", "5")
    await shelf.tables(key)
    await blobs.remove(key)

    with pytest.raises(BlobMissing):
        await shelf.tables(key)


async def test_a_text_that_nobody_waits_for_any_more_keeps_its_turn_until_it_is_looked_through(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, look = threading.Semaphore(0), threading.Event(), shelves._tables_in

    def slowly(pieces: Sequence[bytes]) -> Sequence[Table]:
        begun.release()
        go.wait(30)
        return look(pieces)

    monkeypatch.setattr(shelves, "AT_ONCE", 1)
    monkeypatch.setattr(shelves, "_tables_in", slowly)
    shelf, first, second = Shelf(blobs), await text(blobs, "Ulm", "5"), await text(blobs, "Bonn", "6")
    impatient = asyncio.ensure_future(shelf.tables(first))
    await asyncio.to_thread(begun.acquire)
    impatient.cancel()
    patient = asyncio.ensure_future(shelf.tables(second))
    await asyncio.wait({impatient, patient}, timeout=0.3)

    assert impatient.cancelled()
    assert not begun.acquire(blocking=False)
    go.set()
    assert [table.said for table in await patient] == ["Bonn | 6"]
    await blobs.remove(first)
    assert [table.said for table in await shelf.tables(first)] == ["Ulm | 5"]
