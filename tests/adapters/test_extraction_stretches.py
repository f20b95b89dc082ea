"""A reading that breaks off goes on behind the pages that it had read."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from aether.adapters.extraction.reader import ChildReader
from aether.domain.texts import Extracted, Stretch
from tests import make_files as make


class Shelf:
    """A file of 250 pages, and what its readings hand out."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "long.pdf"
        self.path.write_bytes(make.long_pdf(250))
        self.kept: list[Stretch] = []
        self.progress: list[int] = []

    async def read(self, *before: Stretch) -> Extracted:
        self.kept, self.progress = [], []
        return await ChildReader().read(
            self.path,
            name="long.pdf",
            content_type=None,
            on_progress=self._on_progress,
            read_before=before,
            on_stretch=self._on_stretch,
        )

    async def _on_progress(self, done: int, _: int) -> None:
        self.progress.append(done)

    async def _on_stretch(self, stretch: Stretch) -> None:
        self.kept.append(Stretch.unpacked(orjson.loads(orjson.dumps(stretch.packed()))))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


async def test_pages_are_handed_out_in_stretches_and_all_of_them_once(shelf: Shelf) -> None:
    said = await shelf.read()

    assert [(it.since, it.until, it.of) for it in shelf.kept] == [
        (0, 100, 250),
        (100, 200, 250),
        (200, 250, 250),
    ]
    assert len(said.pages) == 250


@pytest.mark.parametrize("kept", [1, 2, 3])
async def test_a_reading_that_goes_on_says_the_same_to_the_letter(shelf: Shelf, kept: int) -> None:
    whole = await shelf.read()
    before = shelf.kept[:kept]

    again = await shelf.read(*before)

    assert again.packed() == whole.packed()
    assert [it.since for it in shelf.kept] == [100, 200][kept - 1 :]
    assert all(done > before[-1].until for done in shelf.progress)


async def test_stretches_of_another_reader_or_file_or_behind_a_gap_count_for_nothing(shelf: Shelf) -> None:
    whole = await shelf.read()
    first, second, _ = shelf.kept
    old = replace(first, content={**first.content, "version": "0"})

    for before in ([old, second], [second], [replace(first, of=251)], [replace(first, until=99)]):
        assert (await shelf.read(*before)).packed() == whole.packed()
        assert shelf.kept[0].since == 0


async def test_what_was_handed_out_is_kept_when_the_reading_is_cancelled(shelf: Shelf) -> None:
    reading = asyncio.create_task(shelf.read())
    async with asyncio.timeout(20):
        while not shelf.kept:
            await asyncio.sleep(0)
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    before = shelf.kept[:1]

    said = await shelf.read(*before)

    assert len(said.pages) == 250
    assert shelf.kept[0].since == 100
