"""What estimates rest on is remembered by all, for a while, and within bounds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from aether.adapters.embedded.ports import free_port
from aether.adapters.redis import estimates
from aether.adapters.redis.estimates import RUNS, RUNS_MOST, EstimatesDown, RedisEstimates
from aether.adapters.system import moment
from aether.domain.estimates import Estimate, Run
from aether.domain.jobs import JobId, JobPriority, Ticket
from aether.domain.tenants import TenantId

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ESTIMATE = Estimate(NOW, NOW + timedelta(seconds=2), NOW + timedelta(seconds=30))


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(f"{redis_url.removesuffix('/0')}/8") as client:
        await client.flushdb()
        yield client
        await client.flushdb()


def run(number: int) -> Run:
    return Run(suffix=".pdf", size=number, seconds={"extract": 0.5, "embed": 1.25})


def attempt(job: str, number: int = 1) -> Ticket:
    return Ticket(job=JobId(job), attempt=number, tenant=TenantId("tenant_1"), priority=JobPriority.NORMAL)


async def test_the_latest_runs_are_remembered_by_all(redis: Redis) -> None:
    here, there = RedisEstimates(redis), RedisEstimates(redis)
    for number in range(3):
        await here.note(run(number))

    assert await there.runs() == [run(2), run(1), run(0)]


async def test_of_very_many_runs_the_latest_are_remembered(redis: Redis) -> None:
    known = RedisEstimates(redis)
    await redis.lpush(RUNS, *[b'[".txt",1,{}]'] * RUNS_MOST)  # type: ignore[misc]
    await known.note(run(7))

    found = await known.runs()

    assert (len(found), found[0]) == (RUNS_MOST, run(7))


async def test_a_process_asks_for_the_runs_now_and_then(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = RedisEstimates(redis)
    assert await known.runs() == []
    await known.note(run(1))

    assert await known.runs() == []
    monkeypatch.setattr(estimates, "FRESH_S", 0.0)
    assert await known.runs() == [run(1)]


async def test_what_was_said_of_an_attempt_is_told_for_a_while_and_of_no_other(redis: Redis) -> None:
    known = RedisEstimates(redis)
    one, other = attempt(moment().id("job")), attempt(moment().id("job", 2))
    await known.tell(one, ESTIMATE)

    assert await known.told([other, attempt(one.job, 2), one]) == {one: ESTIMATE}
    assert await known.told([]) == {}
    (key,) = await redis.keys("aether:estimate:*")
    assert 0 < await redis.ttl(key) <= estimates.TOLD_S


async def test_that_redis_is_away_is_said() -> None:
    async with Redis.from_url(f"redis://127.0.0.1:{free_port()}") as client:
        known = RedisEstimates(client)
        with pytest.raises(EstimatesDown):
            await known.note(run(1))
        with pytest.raises(EstimatesDown):
            await known.runs()
        with pytest.raises(EstimatesDown):
            await known.told([attempt("job_1")])
