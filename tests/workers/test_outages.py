"""A part of the outside is away for ten seconds: what was asked for is done all the same."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from aether import settings
from aether.adapters.embedded import arcadedb, qdrant, redis
from aether.adapters.embedded.children import Child, Supervisor
from aether.adapters.embedded.ports import free_port
from tests import make_files
from tests.engines import Engine
from tests.graphql import house as houses
from tests.graphql.house import JOB, Beside, Caller

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

AWAY_S = 10.0
SEARCH = """
query ($mode: SearchMode!, $in: ID) { search(query: "silt in the basin", mode: $mode, notebookId: $in) {
  missing edges { node { document { id } } }
} }
"""
CHUNKS = """
query ($id: ID!) { document(id: $id) {
  processingStatus embeddingStatus chunkCount chunks(first: 100) { totalCount edges { node { ordinal } } }
} }
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that can be taken away."""

    child: Child
    supervisor: Supervisor

    async def leave(self) -> None:
        """Be away."""
        await self.supervisor.stop()

    async def come_back(self) -> None:
        """Answer again, in the same place and with the same data."""
        await self.supervisor.start(self.child)


@dataclass(frozen=True, slots=True)
class Town:
    """An Aether each of whose parts can be taken away."""

    parts: dict[str, Part]
    ada: Caller


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    graph = arcadedb.Address(bolt=free_port(), http=free_port(), password=secrets.token_urlsafe())
    feed = redis.Address(port=free_port(), password=secrets.token_urlsafe())
    beside = Beside(
        vectors=qdrant.Address(port=free_port(), key=secrets.token_urlsafe()), embedder=folder / "embedder"
    )
    children = {
        "graph": arcadedb.child(folder / "graph", graph),
        "redis": redis.child(folder / "redis", feed),
        "vectors": qdrant.child(folder / "vectors", beside.vectors),
        "embedder": houses.embedder(beside.embedder),
    }
    async with AsyncExitStack() as stack:
        parts = {name: Part(child, Supervisor(folder / "logs")) for name, child in children.items()}
        for part in parts.values():
            stack.push_async_callback(part.supervisor.stop)
            await part.come_back()
        engine = Engine(
            name="arcadedb",
            uri=graph.uri,
            user=arcadedb.USER,
            password=graph.password,
            database=arcadedb.DATABASE,
            http=graph.http_url,
        )
        house = await stack.enter_async_context(
            houses.serving(engine, redis_url=feed.url, beside=beside, folder=folder / "house")
        )
        worker = Part(_worker(house.settings), Supervisor(folder / "logs"))
        stack.push_async_callback(worker.supervisor.stop)
        await worker.come_back()
        yield Town(parts, house.person("ada", of=houses.anywhere()))


def _worker(found: settings.Settings) -> Child:
    async def at_once() -> bool:
        return True

    argv = (sys.executable, "-m", "aether.worker")
    return Child(name="worker", argv=argv, ready=at_once, env=settings.environment(found), stop_s=5.0)


async def begun(ada: Caller, job: str) -> None:
    """Wait until a worker is at it."""
    query = f"query ($id: ID!) {{ job(id: $id) {{ {JOB} }} }}"
    async with asyncio.timeout(60):
        while (await ada.ask(query, id=job))["job"]["status"] != "RUNNING":
            await asyncio.sleep(0.02)


async def over(ada: Caller, job: str) -> Any:
    """The job, once it is over; questions may go without an answer for a while."""
    async with asyncio.timeout(90):
        while True:
            answer = await ada.answer(f"query ($id: ID!) {{ job(id: $id) {{ {JOB} }} }}", id=job)
            if (answer.get("data") or {}).get("job", {}).get("finishedAt"):
                return answer["data"]["job"]
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("part", ["graph", "redis", "vectors", "embedder"])
async def test_what_was_asked_for_is_done_when_everybody_is_back(town: Town, part: str) -> None:
    ada, missing = town.ada, town.parts[part]
    notebook = await ada.notebook(part)
    document, job = await ada.upload(notebook, "rivers.pdf", make_files.long_pdf(20))
    await begun(ada, job)

    await missing.leave()
    answer = await ada.put(notebook, "later.txt", b"Silt in the basin, once more.")
    await asyncio.sleep(AWAY_S)
    await missing.come_back()

    if part == "graph":
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "GRAPH_UNAVAILABLE")
        answer = await ada.put(notebook, "later.txt", b"Silt in the basin, once more.")
    assert answer.status_code == 202
    later = answer.json()
    for id in (job, later["job"]["id"]):
        ended = await over(ada, id)
        assert ended["status"] == "COMPLETED", ended
    found = (await ada.ask(CHUNKS, id=document))["document"]
    assert (found["processingStatus"], found["embeddingStatus"]) == ("COMPLETED", "DONE")
    ordinals = [edge["node"]["ordinal"] for edge in found["chunks"]["edges"]]
    assert ordinals == list(range(min(found["chunkCount"], 100)))
    for mode in ("FULLTEXT", "SEMANTIC"):
        answered = (await ada.ask(SEARCH, mode=mode, **{"in": notebook}))["search"]
        hits = {edge["node"]["document"]["id"] for edge in answered["edges"]}
        assert (answered["missing"], hits) == ([], {document, later["document"]["id"]})
