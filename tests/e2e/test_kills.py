"""Workers and the API are killed at random moments while documents come; every document is understood, once.

`AETHER_TEST_KILLS` says how many kills there are, and `make kills` makes it 200.
"""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from aether import settings
from aether.adapters.arq.queue import PRESENT_S
from aether.domain.events import BEGINNING
from aether.domain.jobs import STAGES, JobKind
from aether.domain.tenants import TenantId
from aether.settings import Settings
from tests import make_files
from tests.graphql import house as houses
from tests.graphql.conftest import (  # noqa: F401 - pytest finds them by their names
    beside,
    house,
    pytest_generate_tests,
)
from tests.graphql.house import Caller, House
from tests.test_bootstrap import cluster  # noqa: F401 - the same

KILLS = int(os.environ.get("AETHER_TEST_KILLS", "10"))
WORKERS = 4
DOCUMENTS_FOR_A_KILL = 1.2
RESUMED_WITHIN_S = 15.0
LONG = 100

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DOCUMENTS = """
query ($id: ID!, $after: String) { notebook(id: $id) { documents(first: 100, after: $after) {
  edges { node { id name processingStatus embeddingStatus chunkCount jobs { id status attempt } } }
  pageInfo { hasNextPage endCursor }
} } }
"""
CHUNKS = "query ($id: ID!) { document(id: $id) { chunks(first: 100) { edges { node { id ordinal } } } } }"


@dataclass(slots=True)
class Process:
    """A process of Aether that is started anew whenever it is killed."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Begin it, again."""
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                *self.argv, env={**os.environ, **self.env}, stderr=log, stdout=log, start_new_session=True
            )

    async def kill(self) -> float:
        """Kill it and all that it started; tells when."""
        assert self.running
        at = time.time()
        with suppress(ProcessLookupError):
            os.kill(self.running.pid, signal.SIGKILL)
        await self.running.wait()
        return at

    async def stop(self) -> None:
        """Tell it to end, and wait for that."""
        assert self.running
        with suppress(ProcessLookupError):
            self.running.terminate()
        try:
            await asyncio.wait_for(self.running.wait(), 15)
        except TimeoutError:
            await self.kill()
            raise

    def taken_up(self) -> dict[tuple[str, int], float]:
        """When it took each attempt up."""
        found = {}
        for line in self.log.read_text(errors="replace").splitlines():
            with suppress(ValueError):
                said = json.loads(line)
                if said.get("event") == "job_taken_up":
                    at = datetime.fromisoformat(said["timestamp"]).timestamp()
                    found[said["job"], said["attempt"]] = at
        return found


@dataclass(slots=True)
class Fleet:
    """The processes of a cluster, and when attempts were killed."""

    api: Process
    workers: list[Process]
    redis: Redis
    killed: dict[tuple[str, int], float] = field(default_factory=dict)

    async def kill(self, chance: random.Random) -> None:
        """Kill one of them, and start it anew, as soon as there is another worker to go on."""
        async with asyncio.timeout(60):
            while await self._present() < 2:
                await asyncio.sleep(0.1)
        process = self.api if chance.random() < 1 / 6 else chance.choice(self.workers)
        at = await process.kill()
        if process is not self.api:
            for attempt in process.taken_up():
                self.killed.setdefault(attempt, at)
        await process.start()

    async def _present(self) -> int:
        """How many workers said within the last second that they are there."""
        since = (time.time() + PRESENT_S - 1) * 1000
        return int(await self.redis.zcount("aether:workers", since, "+inf"))

    def resumed(self) -> list[float]:
        """How long it took until each attempt that was killed was followed by the next, in seconds."""
        taken: dict[tuple[str, int], float] = {}
        for worker in self.workers:
            taken |= worker.taken_up()
        return sorted(
            taken[job, attempt + 1] - at
            for (job, attempt), at in self.killed.items()
            if (job, attempt + 1) in taken
        )


@pytest.fixture
async def fleet(house: House, cluster: Settings, tmp_path: Path) -> AsyncIterator[Fleet]:
    found = {**settings.environment(cluster), "AETHER_LOG_FORMAT": "json", "AETHER_WORKER_JOBS": "2"}
    module = (sys.executable, "-m")
    api = Process((*module, "aether.cli", "api"), found, tmp_path / "api.log")
    workers = [
        Process((*module, "aether.worker"), found, tmp_path / f"worker{number}.log")
        for number in range(WORKERS)
    ]
    async with AsyncExitStack() as stack:
        for process in (api, *workers):
            await process.start()
            stack.push_async_callback(process.stop)
        yield Fleet(api, workers, house.opened.redis)


@pytest.fixture
async def ada(house: House, cluster: Settings) -> AsyncIterator[Caller]:
    token = house.token("ada", of=houses.anywhere())
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=cluster.origin, headers=headers, trust_env=False, timeout=30
    ) as client:
        yield Caller(house=house, client=client)


async def patiently(ask: Any) -> Any:
    """What *ask* gives, however often it has to be asked."""
    async with asyncio.timeout(120):
        while True:
            with suppress(httpx.HTTPError, AssertionError, KeyError, TypeError, json.JSONDecodeError):
                return await ask()
            await asyncio.sleep(0.1)


async def listed(ada: Caller, notebook: str) -> dict[str, list[Any]]:
    """The documents of the notebook, by name."""
    found: dict[str, list[Any]] = {}
    after = None
    while True:
        told = await patiently(lambda: ada.ask(DOCUMENTS, id=notebook, after=after))  # noqa: B023 - at once
        page = told["notebook"]["documents"]
        for edge in page["edges"]:
            found.setdefault(edge["node"]["name"], []).append(edge["node"])
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def brought(ada: Caller, notebook: str, name: str, data: bytes) -> None:
    """Bring a file, once, however often the answer is lost."""
    while True:
        with suppress(httpx.HTTPError):
            answer = await ada.put(notebook, name, data)
            if answer.status_code == httpx.codes.ACCEPTED:
                return
        await asyncio.sleep(0.3)
        if name in await listed(ada, notebook):
            return


async def bring(
    ada: Caller, notebook: str, many: int, chance: random.Random, turn: asyncio.Semaphore
) -> None:
    """Bring so many files, each in its turn."""
    for number in range(many):
        await turn.acquire()
        if chance.random() < 0.3:
            data = make_files.long_pdf(chance.randint(2, 12))
            await brought(ada, notebook, f"{number}.pdf", data)
        else:
            await brought(ada, notebook, f"{number}.txt", f"Lake {number} has {number} trout.".encode())


async def over(ada: Caller, notebook: str, many: int) -> dict[str, list[Any]]:
    """The documents, when all are done with."""
    async with asyncio.timeout(600):
        while True:
            found = await listed(ada, notebook)
            states = {it["processingStatus"] for same in found.values() for it in same}
            if len(found) >= many and not states & {"PENDING", "PROCESSING"}:
                return found
            await asyncio.sleep(0.5)


async def told(house: House, tenant: TenantId, job: str) -> list[tuple[str, int, int]]:
    """The ids, attempts and stages of the events of a job that is over, in order."""
    events: list[tuple[str, int, int]] = []
    stages = STAGES[JobKind.PROCESSING]
    async with asyncio.timeout(20):
        async for report in house.opened.feed.follow(tenant, f"job/{job}", after=BEGINNING):
            it = report.event
            if it.kind == "job_changed":
                events.append((it.id, it.payload["attempt"], stages.index(it.payload["stage"])))
    return events


async def test_whoever_is_killed_every_document_is_understood_once(
    house: House, fleet: Fleet, ada: Caller
) -> None:
    chance = random.Random(KILLS)
    many = max(8, round(KILLS * DOCUMENTS_FOR_A_KILL))
    notebook = await patiently(ada.notebook)
    since = time.monotonic()
    turn = asyncio.Semaphore(0)
    bringing = asyncio.create_task(bring(ada, notebook, many, random.Random(many), turn))
    for kill in range(1, KILLS + 1):
        for _ in range(many * kill // KILLS - many * (kill - 1) // KILLS):
            turn.release()
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        await fleet.kill(chance)
    await bringing
    killing_s = time.monotonic() - since
    found = await over(ada, notebook, many)

    resumed = fleet.resumed()
    print(
        f"{KILLS} kills in {killing_s:.0f} s, {many} documents, {len(resumed)} attempts taken up again, "
        f"the slowest after {max(resumed, default=0):.1f} s; all over after {time.monotonic() - since:.0f} s"
    )
    assert {name: len(same) for name, same in found.items()} == dict.fromkeys(found, 1)
    assert len(found) == many
    query = "MATCH (n:Notebook {id: $id}) RETURN n.tenant AS tenant"
    (record,) = (await house.opened.driver.execute_query(query, id=notebook)).records
    for (document,) in found.values():
        await _understood_once(house, ada, TenantId(record["tenant"]), document)
    if KILLS >= LONG:  # on a machine of one's own
        assert max(resumed, default=0) <= RESUMED_WITHIN_S


async def _understood_once(house: House, ada: Caller, tenant: TenantId, document: Any) -> None:
    assert (document["processingStatus"], document["embeddingStatus"]) == ("COMPLETED", "DONE"), document
    (job,) = document["jobs"]
    edges = (await patiently(lambda: ada.ask(CHUNKS, id=document["id"])))["document"]["chunks"]["edges"]
    assert [edge["node"]["ordinal"] for edge in edges] == list(range(document["chunkCount"]))
    assert await vectors(house, document["id"]) == sorted(edge["node"]["id"] for edge in edges)
    events = await told(house, tenant, job["id"])
    assert len({id for id, *_ in events}) == len(events)
    assert [it[1:] for it in events] == sorted(it[1:] for it in events)


async def vectors(house: House, document: str) -> list[str]:
    """The ids of the chunks of *document* that the vector store holds, sorted."""
    found = house.settings
    asked = {
        "query": {"nearest": [1.0] * 384},
        "filter": {"must": [{"key": "document", "match": {"value": document}}]},
        "limit": 1000,
        "with_payload": ["id"],
    }
    url = f"{found.qdrant_url}/collections/{found.qdrant_collection}/points/query"
    headers = {"api-key": found.qdrant_key.get_secret_value()}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
        answer = (await client.post(url, json=asked)).raise_for_status().json()
    return sorted(point["payload"]["id"] for point in answer["result"]["points"])
