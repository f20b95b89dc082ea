"""The queue wakes once, hands out no more than workers can chew, and lets tenants take turns."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from arq.connections import ArqRedis

from aether.adapters.arq.queue import AHEAD, QUEUE, SLOTS_LEAST, ArqQueue, QueueDown
from aether.adapters.arq.worker import ArqWorker
from aether.adapters.embedded.ports import free_port
from aether.adapters.system import moment
from aether.domain.jobs import JobId, JobPriority, Ticket
from aether.domain.tenants import TenantId

MANY = 200


@pytest.fixture
async def arq(redis_url: str) -> AsyncIterator[ArqRedis]:
    async with ArqRedis.from_url(f"{redis_url.removesuffix('/0')}/9") as client:
        await client.flushdb()
        yield client
        await client.flushdb()


@pytest.fixture
def queue(arq: ArqRedis) -> ArqQueue:
    return ArqQueue(arq)


def ticket(
    tenant: str = "a", *, job: str = "", attempt: int = 1, priority: JobPriority = JobPriority.NORMAL
) -> Ticket:
    id = JobId(job or moment().id("job"))
    return Ticket(job=id, attempt=attempt, tenant=TenantId(tenant), priority=priority)


async def pushed(queue: ArqQueue, tenant: str, many: int, priority: JobPriority) -> list[str]:
    """The names of so many attempts, in the order in which they were pushed."""
    tickets = [ticket(tenant, job=f"job_{tenant}_{priority}_{n:05}", priority=priority) for n in range(many)]
    for each in tickets:
        await queue.push(each)
    return [each.name for each in tickets]


async def handed(arq: ArqRedis) -> list[str]:
    """What arq was handed, in order."""
    return [name.decode() for name in await arq.zrange(QUEUE, 0, -1)]


async def served(arq: ArqRedis, queue: ArqQueue, many: int) -> list[str]:
    """The next attempts as one worker with one slot takes them up and ends them."""
    taken: list[str] = []
    while len(taken) < many:
        await queue.present("only", 1)
        name = (await handed(arq))[0]
        taken.append(name)
        await arq.zrem(QUEUE, name)
    return taken


async def test_an_attempt_pushed_twice_waits_once(arq: ArqRedis, queue: ArqQueue) -> None:
    first = ticket()
    second = ticket(job=first.job, attempt=2)

    for _ in range(3):
        await queue.push(first)
        await queue.hand_out()
    await queue.push(second)
    await queue.hand_out()

    assert await handed(arq) == [second.name, first.name]
    await queue.forget(first)
    await queue.forget(first)
    assert await handed(arq) == [second.name]
    await queue.push(first)
    await queue.hand_out()
    assert sorted(await handed(arq)) == [first.name, second.name]


async def test_what_is_forgotten_while_it_waits_is_never_handed_out(arq: ArqRedis, queue: ArqQueue) -> None:
    gone, stays = ticket(), ticket("b")
    await queue.push(gone)
    await queue.push(stays)

    await queue.forget(gone)

    assert await queue.hand_out() == 1
    assert await handed(arq) == [stays.name]
    await queue.forget(stays)
    assert await arq.keys("arq:*") == []


async def test_an_attempt_that_died_in_a_worker_is_pushed_anew(arq: ArqRedis, queue: ArqQueue) -> None:
    dead = ticket()
    await arq.set(f"arq:in-progress:{dead.name}", b"1")
    await queue.push(dead)
    assert await queue.hand_out() == 0

    assert await queue.lost([dead]) == [dead]
    await queue.renew(dead)
    await queue.hand_out()

    assert await handed(arq) == [dead.name]
    assert await queue.lost([dead]) == []


async def test_what_waits_is_not_lost_and_what_nobody_knows_is(queue: ArqQueue) -> None:
    waits, unknown = ticket(), ticket()
    await queue.push(waits)

    assert await queue.lost([waits, unknown]) == [unknown]
    assert await queue.lost([]) == []


async def test_arq_is_handed_twice_as_many_as_all_workers_have_slots(arq: ArqRedis, queue: ArqQueue) -> None:
    names = await pushed(queue, "a", MANY, JobPriority.NORMAL)

    assert await queue.hand_out() == AHEAD * SLOTS_LEAST  # nobody has said yet that they are there
    assert await queue.present("one", 6) == AHEAD * (6 - SLOTS_LEAST)
    assert await queue.present("two", 3) == AHEAD * 3
    assert await queue.hand_out() == 0
    assert await handed(arq) == names[: AHEAD * 9]

    await queue.leave("two")
    await arq.zrem(QUEUE, *names[:10])
    assert await queue.hand_out() == AHEAD * 6 - (AHEAD * 9 - 10)


async def test_what_was_begun_by_workers_that_are_gone_takes_no_room_from_the_others(
    arq: ArqRedis, queue: ArqQueue
) -> None:
    begun = [f"job_{n}:1" for n in range(AHEAD * SLOTS_LEAST)]
    for place, name in enumerate(begun):
        await arq.zadd(QUEUE, {name: place})
        await arq.set(f"arq:in-progress:{name}", b"1")
    await arq.set("aether:lease:job_0", "1")
    (fresh,) = await pushed(queue, "a", 1, JobPriority.NORMAL)

    assert await queue.hand_out() == 1

    assert set(await handed(arq)) == {begun[0], fresh}


async def test_who_takes_attempts_after_redis_was_away_has_the_slots_that_become_free(
    arq: ArqRedis, queue: ArqQueue
) -> None:
    over = asyncio.Event()

    async def run(_: str) -> None:
        await over.wait()

    worker = ArqWorker(arq, queue, run, slots=3)
    attempts = [asyncio.create_task(worker._attempt(None, f"job_{n}:1")) for n in range(2)]
    await asyncio.sleep(0)
    taker = worker._taker()
    assert taker.max_jobs == 1

    over.set()
    await asyncio.gather(*attempts)

    assert taker.max_jobs == 3


async def test_an_attempt_that_is_handed_out_twice_to_one_worker_ends_well_both_times(
    arq: ArqRedis, queue: ArqQueue, caplog: pytest.LogCaptureFixture
) -> None:
    going, over, ended = asyncio.Semaphore(0), asyncio.Event(), 0

    async def run(_: str) -> None:
        nonlocal ended
        going.release()
        await over.wait()
        ended += 1

    working = asyncio.create_task(ArqWorker(arq, queue, run, slots=2).run())
    async with asyncio.timeout(20):
        await queue.push(ticket(job="job_twice"))
        await going.acquire()
        await queue.renew(ticket(job="job_twice"))  # as who finds it begun, but its lease not taken yet
        await going.acquire()
        over.set()
        while ended < 2 or await handed(arq):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # arq notes how an attempt ended a little later
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_one_file_does_not_wait_for_ten_thousand_of_somebody_else(
    arq: ArqRedis, queue: ArqQueue
) -> None:
    await pushed(queue, "many", MANY, JobPriority.NORMAL)
    await served(arq, queue, 20)

    (single,) = await pushed(queue, "one", 1, JobPriority.NORMAL)

    assert single in await served(arq, queue, AHEAD + 1)


async def test_tenants_take_turns(arq: ArqRedis, queue: ArqQueue) -> None:
    for tenant in ("a", "b", "c"):
        await pushed(queue, tenant, MANY, JobPriority.NORMAL)

    taken = await served(arq, queue, 60)

    for tenant in ("a", "b", "c"):
        assert sum(name.startswith(f"job_{tenant}_") for name in taken) == pytest.approx(20, abs=1)


async def test_a_tenant_that_comes_back_again_and_again_does_not_hold_the_others_up(
    arq: ArqRedis, queue: ArqQueue
) -> None:
    await pushed(queue, "patient", MANY, JobPriority.NORMAL)
    taken: list[str] = []
    for n in range(30):
        await queue.push(ticket("eager", job=f"job_eager_{n}"))
        taken += await served(arq, queue, 1)

    assert sum("patient" in name for name in taken) >= 10


async def test_what_was_lost_by_a_worker_comes_before_all_that_waits(arq: ArqRedis, queue: ArqQueue) -> None:
    await pushed(queue, "a", MANY, JobPriority.HIGH)
    await queue.hand_out()
    again = ticket("b", attempt=2, priority=JobPriority.LOW)

    await queue.push(again)

    assert (await handed(arq))[0] == again.name


async def test_what_is_urgent_comes_sooner_and_the_rest_comes_too(arq: ArqRedis, queue: ArqQueue) -> None:
    for priority in (JobPriority.LOW, JobPriority.NORMAL, JobPriority.HIGH):
        await pushed(queue, "a", MANY, priority)

    taken = await served(arq, queue, 105)

    shares = {priority: sum(f"_{priority}_" in name for name in taken) for priority in JobPriority}
    assert shares[JobPriority.HIGH] > 3 * shares[JobPriority.NORMAL] > 9 * shares[JobPriority.LOW] > 0
    for priority in JobPriority:
        own = [name for name in taken if f"_{priority}_" in name]
        assert own == sorted(own)


async def test_a_redis_that_is_not_there_is_told() -> None:
    async with ArqRedis.from_url(f"redis://127.0.0.1:{free_port()}/0") as arq:
        queue, it = ArqQueue(arq), ticket()
        for asked in (queue.push(it), queue.renew(it), queue.forget(it), queue.hand_out(), queue.lost([it])):
            with pytest.raises(QueueDown):
                await asked


async def test_the_place_of_an_attempt_is_how_many_are_served_before_it(
    arq: ArqRedis, queue: ArqQueue
) -> None:
    for tenant, many, priority in (
        ("a", 12, JobPriority.NORMAL),
        ("b", 3, JobPriority.NORMAL),
        ("c", 30, JobPriority.LOW),
        ("d", 5, JobPriority.HIGH),
    ):
        await pushed(queue, tenant, many, priority)
    await queue.present("only", 1)
    asked = [ticket("a", job=f"job_a_normal_{n:05}") for n in (0, 5, 11)] + [
        ticket("c", job="job_c_low_00007", priority=JobPriority.LOW)
    ]

    places = await queue.places(asked)
    order = await served(arq, queue, 50)

    assert {place.slots for place in places} == {1}
    for each, place in zip(asked, places, strict=True):
        assert abs(order.index(each.name) - place.ahead) <= 2, each.name


async def test_an_attempt_that_is_not_lined_up_yet_is_the_last_of_its_line(queue: ArqQueue) -> None:
    await pushed(queue, "a", 4, JobPriority.NORMAL)
    await pushed(queue, "b", 40, JobPriority.NORMAL)

    (of_a, of_c) = await queue.places([ticket("a"), ticket("c")])

    assert (of_a.ahead, of_c.ahead) == (9, 2)
    assert of_a.slots == SLOTS_LEAST
    assert await queue.places([]) == []
