"""A disk that is full under a worker: its jobs wait, and nothing half-written stays."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog

from aether.adapters.folder.blobs import FolderBlobs
from aether.domain.blobs import StoreFull, pieces_of
from aether.workers.context import Ports
from tests.graphql.house import Caller, House
from tests.servers import disks
from tests.servers.waiting import until
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
