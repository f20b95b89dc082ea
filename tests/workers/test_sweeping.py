"""Nothing that was asked for is forgotten: the sweeper and the relay."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from arq.constants import in_progress_key_prefix, job_key_prefix

from aether.adapters.arq.queue import QUEUE
from aether.domain import events, jobs
from aether.domain.events import BEGINNING
from aether.domain.jobs import ATTEMPTS_MOST, Job, JobId, JobStatus
from aether.domain.tenants import TenantId
from aether.workers.context import Ports
from aether.workers.events import relay, relay_once
from aether.workers.jobs import run_job, sweep, sweep_once
from tests.graphql.house import Caller, House
from tests.workers.breaking import Breaking

RENAMES = 120


@pytest.fixture
async def ports(house: House) -> Ports:
    """Ports to which any lease that is not held is stale, and nothing left by other tests."""
    await house.opened.driver.execute_query("MATCH (n) WHERE n:Event OR n:Job DETACH DELETE n")
    await house.opened.redis.flushdb()
    return replace(house.opened.worker_ports, lease_s=0.0)


@pytest.fixture
async def document(ada: Caller, ports: Ports) -> tuple[str, JobId]:
    """A document, and its job."""
    del ports  # what was left there is gone now
    id, job = await ada.upload(await ada.notebook())
    return id, JobId(job)


@pytest.fixture
def job(document: tuple[str, JobId]) -> JobId:
    return document[1]


async def get(ports: Ports, job: JobId) -> Job:
    found = await ports.graph.read(jobs.of_any_tenant, id=job)
    assert found is not None
    return found


async def claim(ports: Ports, job: JobId, attempt: int = 1) -> Job:
    graph = ports.graph.within((await get(ports, job)).tenant)
    return await graph.write(jobs.claim, id=job, attempt=attempt, at=ports.moment())


async def waiting(house: House) -> set[str]:
    """What lies in the queue."""
    return {name.decode() for name in await house.opened.redis.zrange(QUEUE, 0, -1)}


async def relayed(ports: Ports) -> None:
    while await relay_once(ports):
        pass


async def test_a_running_job_that_nobody_holds_is_given_on_as_its_next_attempt(
    house: House, ports: Ports, job: JobId
) -> None:
    await relayed(ports)
    await claim(ports, job)

    await sweep_once(ports)

    given = await get(ports, job)
    assert (given.status, given.attempt) == (JobStatus.QUEUED, 2)
    assert f"{job}:1" not in await waiting(house)
    await relayed(ports)
    assert f"{job}:2" in await waiting(house)


async def test_a_job_that_somebody_holds_is_left_to_them(ports: Ports, job: JobId) -> None:
    running = await claim(ports, job)
    assert await ports.leases.take(job, 1, seconds=60)

    await sweep_once(ports)

    assert await get(ports, job) == running


async def test_a_job_is_not_taken_from_a_worker_that_was_silent_only_for_a_moment(
    ports: Ports, job: JobId
) -> None:
    running = await claim(ports, job)

    await sweep_once(replace(ports, lease_s=60.0))

    assert await get(ports, job) == running


async def test_who_is_handed_what_a_dead_worker_began_does_not_put_off_that_it_is_missed(
    ports: Ports, job: JobId
) -> None:
    await claim(ports, job)

    await run_job({"ports": replace(ports, lease_s=60.0)}, f"{job}:1")

    assert not await ports.leases.held(job)
    await sweep_once(ports)
    assert (await get(ports, job)).attempt == 2


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_worker_whose_clock_is_wrong_is_missed_as_soon_as_any_other(
    ports: Ports, job: JobId, hours: int
) -> None:
    at = replace(ports.moment(), now=ports.moment().now + timedelta(hours=hours))
    graph = ports.graph.within((await get(ports, job)).tenant)
    await graph.write(jobs.claim, id=job, attempt=1, at=at)
    alive = replace(ports, lease_s=60.0)
    assert await ports.leases.take(job, 1, seconds=60)

    await sweep_once(alive)
    assert (await get(ports, job)).attempt == 1

    await ports.leases.release(job, 1)
    await sweep_once(alive)
    assert (await get(ports, job)).attempt == 2


@pytest.mark.parametrize("asleep", [True, False])
async def test_a_waiting_job_that_a_dead_worker_was_given_is_handed_out_again(
    house: House, ports: Ports, job: JobId, *, asleep: bool
) -> None:
    await relayed(ports)
    redis, named = house.opened.redis, f"{job}:1"
    await redis.set(in_progress_key_prefix + named, b"1")
    if not asleep:
        await redis.zrem(QUEUE, named)
        await redis.delete(job_key_prefix + named)

    await sweep_once(ports)

    assert await waiting(house) == {named}
    assert not await redis.exists(in_progress_key_prefix + named)


async def test_a_job_that_the_queue_lost_is_handed_out_again_and_done(
    house: House, ada: Caller, ports: Ports, job: JobId
) -> None:
    await relayed(ports)
    await house.opened.redis.flushdb()

    await sweep_once(ports)

    async with house.at_work():
        assert (await ada.over(job))["status"] == "COMPLETED"


async def test_a_job_that_waits_its_turn_keeps_its_place(house: House, ports: Ports, job: JobId) -> None:
    await relayed(ports)
    before = await house.opened.redis.zscore(QUEUE, f"{job}:1")

    await sweep_once(ports)

    assert before is not None
    assert await house.opened.redis.zscore(QUEUE, f"{job}:1") == before


async def test_a_job_that_never_ends_is_given_up_with_its_document(
    house: House, ada: Caller, ports: Ports, document: tuple[str, JobId]
) -> None:
    id, job = document
    for attempt in range(1, ATTEMPTS_MOST + 1):
        assert (await claim(ports, job, attempt)).attempt == attempt
        await sweep_once(ports)

    ended = await get(ports, job)
    assert (ended.status, ended.attempt) == (JobStatus.FAILED, ATTEMPTS_MOST)
    query = "query ($id: ID!) { document(id: $id) { processingStatus error { code message } } }"
    assert (await ada.ask(query, id=id))["document"] == {
        "processingStatus": "FAILED",
        "error": {"code": "JOB_GIVEN_UP", "message": f"It was begun {ATTEMPTS_MOST} times and never ended."},
    }
    await run_job({"ports": house.opened.worker_ports}, f"{job}:{ATTEMPTS_MOST + 1}")
    assert await get(ports, job) == ended


async def renamed(ada: Caller, notebook: str, times: int) -> list[int]:
    """The versions of *notebook*, which got so many names."""
    for number in range(times):
        await ada.do("updateNotebook", id=notebook, changes={"name": f"Name {number}"})
    return list(range(2, times + 2))


async def told(ports: Ports, tenant: TenantId, notebook: str, last: int) -> list[int]:
    """The versions that listeners were told, as far as the *last* and a little longer."""
    versions: list[int] = []

    async def listen() -> None:  # each is told as it comes
        async for report in ports.feed.follow(tenant, f"notebook/{notebook}", after=BEGINNING):
            if report.event.kind == "notebook_updated":
                versions.append(report.event.payload["version"])  # noqa: PERF401 - it has no end

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(20):
        while last not in versions:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    return versions


async def tenant_of(ada: Caller, ports: Ports) -> TenantId:
    _, job = await ada.upload(await ada.notebook())
    return (await get(ports, JobId(job))).tenant


@pytest.mark.engines
async def test_several_relays_tell_everything_once_and_in_order(ada: Caller, ports: Ports) -> None:
    tenant, notebook = await tenant_of(ada, ports), await ada.notebook()
    versions = await renamed(ada, notebook, RENAMES)

    await asyncio.gather(*(relayed(ports) for _ in range(3)))

    assert await told(ports, tenant, notebook, versions[-1]) == versions


@pytest.mark.parametrize("broken", ["read", "write"])
async def test_a_relay_outlives_what_nobody_expected(ada: Caller, ports: Ports, broken: str) -> None:
    tenant, notebook = await tenant_of(ada, ports), await ada.notebook()
    graph: Any = Breaking(ports.graph, broken)
    versions = await renamed(ada, notebook, 2)

    relaying = asyncio.create_task(relay(replace(ports, graph=graph), asyncio.Event()))

    assert await told(ports, tenant, notebook, versions[-1]) == versions
    async with asyncio.timeout(10):
        while await ports.graph.read(events.unsent, limit=1):
            await asyncio.sleep(0.05)
    assert not relaying.done()
    assert graph.calls.count(broken) > 1
    relaying.cancel()


async def test_a_sweeper_outlives_what_nobody_expected(
    ports: Ports, job: JobId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.workers.jobs.SWEEP_S", 0.05)
    await claim(ports, job)
    graph: Any = Breaking(ports.graph, "read")

    sweeping = asyncio.create_task(sweep(replace(ports, graph=graph)))
    async with asyncio.timeout(10):
        while (await get(ports, job)).attempt == 1:
            await asyncio.sleep(0.05)

    assert not sweeping.done()
    sweeping.cancel()
