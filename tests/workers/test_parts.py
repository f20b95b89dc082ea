"""A long file is read on from the page that was reached, whoever dies; nothing of its parts stays behind."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aether.domain import jobs, trash
from aether.domain.jobs import Job, JobId
from aether.domain.texts import Extracted, Stretch
from aether.workers.context import Ports
from aether.workers.parts import Parts, sweep_once
from tests import make_files
from tests.graphql.house import Caller, House
from tests.workers.test_pipeline import run, strand

PAGES = 700


class Noting:
    """A reader that notes what it was handed, and what it gave; it dies after so many stretches."""

    def __init__(self, reader: Any, *, dies_after: int | None = None) -> None:
        self._reader = reader
        self._dies_after = dies_after
        self.handed: list[Stretch] = []
        self.given: list[Stretch] = []
        self.text: Extracted | None = None

    async def read(self, path: Path, **how: Any) -> Extracted:
        self.handed = list(how["read_before"])
        keep = how.pop("on_stretch")

        async def noted(stretch: Stretch) -> None:
            await keep(stretch)
            self.given.append(stretch)
            if len(self.given) == self._dies_after:
                raise Death

        self.text = await self._reader.read(path, on_stretch=noted, **how)
        return self.text


class Death(Exception):
    """What a worker dies of."""


@pytest.fixture
async def ports(house: House) -> Ports:
    """Ports, and no work that other tests left."""
    await house.opened.driver.execute_query("MATCH (n) WHERE n:Event OR n:Job DETACH DELETE n")
    await house.opened.redis.flushdb()
    return house.opened.worker_ports


async def get(ports: Ports, job: str) -> Job:
    found = await ports.graph.read(jobs.of_any_tenant, id=JobId(job))
    assert found is not None
    return found


def blobs(house: House) -> set[str]:
    """The blobs that are kept."""
    folder = house.settings.data / "blobs"
    return {path.name for path in folder.glob("??/??/*")}


async def broken_off(ports: Ports, job: str, *, after: int) -> Noting:
    """A reading whose worker died after so many stretches."""
    reader = Noting(ports.reader, dies_after=after)
    with pytest.raises(Death):
        await run(replace(ports, reader=reader), job)
    await strand(ports, job)
    return reader


@pytest.mark.engines
async def test_a_long_file_is_read_on_from_the_page_that_was_reached(
    house: House, ada: Caller, ports: Ports
) -> None:
    notebook = await ada.notebook()
    file = make_files.long_pdf(PAGES)
    _, job = await ada.upload(notebook, "long.pdf", file)
    before = blobs(house)

    first = await broken_off(ports, job, after=3)
    parts = (await get(ports, job)).parts
    assert set(parts) == blobs(house) - before
    assert set(await ports.graph.read(trash.pointed, keys=parts)) == set(parts)
    second = Noting(ports.reader)
    with pytest.raises(Death):  # chunking and embedding so much would take long
        await run(replace(ports, reader=second, embedder=Deadly()), job, attempt=2)

    assert [it.until for it in second.handed] == [it.until for it in first.given] == [100, 200, 300]
    assert second.given[0].since == 300
    whole = Noting(ports.reader)
    _, other = await ada.upload(notebook, "again.pdf", file)
    with pytest.raises(Death):
        await run(replace(ports, reader=whole, embedder=Deadly()), other)
    assert whole.handed == []
    assert second.text == whole.text


class Deadly:
    """An embedder that whoever asks it dies of."""

    def __getattr__(self, name: str) -> Any:
        raise Death


@pytest.mark.parametrize("way", ["read", "cancelled"])
async def test_nothing_of_the_parts_stays_behind(house: House, ada: Caller, ports: Ports, way: str) -> None:
    _, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(PAGES))
    before = blobs(house)
    await broken_off(ports, job, after=2)
    parts = set((await get(ports, job)).parts)
    assert parts <= blobs(house) - before

    assert await sweep_once(ports) == 0  # somebody will go on with them
    assert parts <= blobs(house)
    if way == "cancelled":
        await ada.do("cancelJob", id=job)
    else:
        with pytest.raises(Death):
            await run(replace(ports, embedder=Deadly()), job, attempt=2)

    assert await sweep_once(ports) == 1
    assert not parts & blobs(house)
    assert (await get(ports, job)).parts == ()
    assert await sweep_once(ports) == 0


async def test_what_a_late_attempt_read_is_not_kept(house: House, ada: Caller, ports: Ports) -> None:
    _, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(2))
    graph = ports.graph.within((await get(ports, job)).tenant)
    late = await graph.write(jobs.claim, id=JobId(job), attempt=1, at=ports.moment())
    await strand(ports, job)
    current = await graph.write(jobs.claim, id=JobId(job), attempt=2, at=ports.moment())
    before = blobs(house)
    told: Mapping[str, Any] = {"since": 0, "until": 1, "of": 9}

    await Parts(ports, graph, current).keep(Stretch(**told, content={"says": "this"}))
    for says in ("this", "something else"):
        with pytest.raises(jobs.AttemptOver):
            await Parts(ports, graph, late).keep(Stretch(**told, content={"says": says}))

    now = await get(ports, job)
    assert blobs(house) - before == set(now.parts)
    assert [it.content for it in await Parts(ports, graph, now).kept()] == [{"says": "this"}]


async def test_a_part_that_is_lost_is_read_again_with_all_behind_it(ada: Caller, ports: Ports) -> None:
    _, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(PAGES))
    await broken_off(ports, job, after=3)
    await ports.blobs.remove((await get(ports, job)).parts[1])

    reader = Noting(ports.reader)
    with pytest.raises(Death):
        await run(replace(ports, reader=reader, embedder=Deadly()), job, attempt=2)

    assert [it.until for it in reader.handed] == [100]
    assert reader.given[0].since == 100
    assert reader.given[-1].until == PAGES
