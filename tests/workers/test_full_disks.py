"""A disk that is full under a worker: its jobs wait, and nothing half-written stays."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from aether.adapters.folder.blobs import FolderBlobs
from aether.domain.blobs import StoreFull, pieces_of
from aether.domain.texts import Extracted, Stretch
from aether.workers.context import Ports
from tests import make_files
from tests.graphql.house import Caller, House
from tests.servers import disks
from tests.servers.waiting import until
from tests.workers.test_parts import Deadly, Death
from tests.workers.test_pipeline import job_of, run, shown, with_port


@pytest.fixture
def ports(house: House) -> Ports:
    return house.opened.worker_ports


async def test_a_document_waits_for_room_on_the_disk_and_is_understood_then(
    ada: Caller, ports: Ports, tmp_path: Path
) -> None:
    text = b"Herons nest above the mill. " * 2_000
    document, job = await ada.upload(await ada.notebook(), "herons.txt", text)
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(disks.small(tmp_path / "disk"))
        except disks.NotToBeHad as why:
            pytest.skip(f"NO FULL DISK: {why}")
        store = FolderBlobs(disk / "blobs")
        await store.keep(pieces_of(text), most=len(text))
        filler = disks.filled(disk)
        narrow = with_port(ports, "blobs", store)

        with structlog.testing.capture_logs() as logs:
            running = asyncio.create_task(run(narrow, job))
            await until(lambda: any(it["event"] == "job_waits" for it in logs))

        assert logs[-1]["code"] == StoreFull.code
        assert (await job_of(ada, job))["error"] is None
        assert len([path for path in disk.rglob("*") if path.is_file()]) == 2
        filler.unlink()
        await running

    assert (await job_of(ada, job))["status"] == "COMPLETED"
    it = await shown(ada, document)
    assert (it["processingStatus"], it["error"]) == ("COMPLETED", None)
    assert it["chunkCount"] > 0


class Filling:
    """A reader whose disk is full when so many pages are read; it notes where it begins, and what is kept."""

    def __init__(self, reader: Any, disk: Path, *, at: int) -> None:
        self._reader = reader
        self._disk = disk
        self._at = at
        self.filler: Path | None = None
        self.begun: list[int] = []
        self.kept: list[int] = []

    async def read(self, path: Path, **how: Any) -> Extracted:
        self.begun.append(max((stretch.until for stretch in how["read_before"]), default=0))
        keep = how.pop("on_stretch")

        async def kept(stretch: Stretch) -> None:
            if stretch.until == self._at and self.filler is None:
                self.filler = disks.filled(self._disk)
            await keep(stretch)
            self.kept.append(stretch.until)

        text: Extracted = await self._reader.read(path, on_stretch=kept, **how)
        return text


async def test_a_long_file_waits_for_room_for_its_parts_and_none_is_half_written(
    ada: Caller, ports: Ports, tmp_path: Path
) -> None:
    file = make_files.long_pdf(500)
    _, job = await ada.upload(await ada.notebook(), "long.pdf", file)
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(disks.small(tmp_path / "disk", megabytes=16))
        except disks.NotToBeHad as why:
            pytest.skip(f"NO FULL DISK: {why}")
        store = FolderBlobs(disk / "blobs")
        await store.keep(pieces_of(file), most=len(file))
        reader = Filling(ports.reader, disk, at=300)
        narrow = with_port(with_port(ports, "blobs", store), "reader", reader)
        narrow = with_port(narrow, "embedder", Deadly())

        with structlog.testing.capture_logs() as logs:
            running = asyncio.create_task(run(narrow, job))
            await until(lambda: any(it["event"] == "job_waits" for it in logs))

        assert logs[-1]["code"] == StoreFull.code
        assert reader.kept == [100, 200]
        assert list((disk / "blobs" / "incoming").iterdir()) == []
        assert (await job_of(ada, job))["error"] is None
        assert reader.filler is not None
        reader.filler.unlink()
        with pytest.raises(Death):  # the text is whole; to embed so much would take long
            await running

    assert reader.begun[0] == 0
    assert reader.begun[-1] == 200
    assert reader.kept[-3:] == [300, 400, 500]
