"""Workers that are told to end do so at once, and what they had in hand goes on elsewhere."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from aether import settings
from aether.bootstrap.parts import relaying
from aether.workers.context import Ports
from tests import make_files
from tests.graphql.house import Answer, Caller, House
from tests.servers.waiting import until
from tests.workers.test_pipeline import job_of, readers, run, shown


@pytest.fixture
async def ports(house: House) -> Ports:
    """Ports, and no work that other tests left."""
    await house.opened.driver.execute_query("MATCH (n) WHERE n:Event OR n:Job DETACH DELETE n")
    await house.opened.redis.flushdb()
    return house.opened.worker_ports


@asynccontextmanager
async def worker(house: House, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that is a process of its own."""
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aether.worker"),
            env={**os.environ, **settings.environment(house.settings)},
            stderr=written,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def reached(ada: Caller, job: str, **wanted: object) -> Answer:
    """The job, as soon as it is as *wanted*."""
    async with asyncio.timeout(60):
        while True:
            found = await job_of(ada, job)
            if wanted.items() <= found.items():
                return found
            assert found["finishedAt"] is None, found
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_a_worker_that_is_told_to_end_gives_its_job_back_and_another_one_goes_on(
    house: House, ada: Caller, ports: Ports, tmp_path: Path
) -> None:
    del ports  # nothing else waits
    log = tmp_path / "worker.log"
    document, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(60))

    async with worker(house, log) as first:
        await reached(ada, job, status="RUNNING")
        first.terminate()
        assert await asyncio.wait_for(first.wait(), 10) == 0, log.read_text()

    given = await job_of(ada, job)
    assert (given["status"], given["attempt"]) == ("QUEUED", 2)
    assert "job_given_back" in log.read_text()
    assert not await house.opened.leases.held(job)  # type: ignore[arg-type]
    async with worker(house, log) as second:
        ended = await ada.over(job, within_s=120)
        second.terminate()
        assert await asyncio.wait_for(second.wait(), 10) == 0, log.read_text()
    assert (ended["status"], ended["attempt"]) == ("COMPLETED", 2)
    assert (await shown(ada, document))["processingStatus"] == "COMPLETED"


async def test_a_job_is_given_back_however_often_its_worker_is_told_to_end(ada: Caller, ports: Ports) -> None:
    _, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(3_000))
    running = asyncio.create_task(run(ports, job))
    await until(lambda: bool(readers()))

    while not running.done():
        running.cancel()
        await asyncio.sleep(0.001)

    assert readers() == []
    given = await job_of(ada, job)
    assert (given["status"], given["attempt"]) == ("QUEUED", 2)
    assert not await ports.leases.held(job)  # type: ignore[arg-type]


async def test_a_cancelled_job_ends_when_its_worker_hears_of_it_and_leaves_nothing(
    house: House, ada: Caller, ports: Ports
) -> None:
    document, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(3_000))
    unhurried = replace(ports, lease_s=600.0)  # it renews its lease, and looks up, after minutes
    async with relaying(house.opened):
        running = asyncio.create_task(run(unhurried, job))
        await until(lambda: bool(readers()))

        await ada.do("cancelJob", id=job)
        await asyncio.wait_for(running, 10)

    assert readers() == []
    assert list((house.settings.data / "blobs" / "incoming").iterdir()) == []
    ended = await job_of(ada, job)
    assert (ended["status"], ended["attempt"]) == ("CANCELLED", 1)
    it = await shown(ada, document)
    assert (it["processingStatus"], it["chunkCount"]) == ("FAILED", 0)
