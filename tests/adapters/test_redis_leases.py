"""Leases are exclusive and end by themselves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from aether.adapters.embedded.ports import free_port
from aether.adapters.redis.leases import LeasesDown, RedisLeases
from aether.adapters.system import moment
from aether.domain.jobs import JobId


@pytest.fixture
async def leases(redis_url: str) -> AsyncIterator[RedisLeases]:
    async with Redis.from_url(redis_url) as client:
        yield RedisLeases(client)


@pytest.fixture
def job() -> JobId:
    return JobId(moment().id("job"))


async def test_a_lease_is_held_by_one_attempt(leases: RedisLeases, job: JobId) -> None:
    assert not await leases.held(job)

    assert await leases.take(job, 1, seconds=5)
    assert await leases.held(job)
    assert not await leases.take(job, 2, seconds=5)
    assert await leases.take(JobId(f"{job}2"), 2, seconds=5)


async def test_of_many_attempts_at_once_one_holds(leases: RedisLeases, job: JobId) -> None:
    taken = await asyncio.gather(*(leases.take(job, attempt, seconds=5) for attempt in range(1, 9)))

    assert sum(taken) == 1


async def test_a_lease_ends_by_itself_unless_it_is_prolonged(leases: RedisLeases, job: JobId) -> None:
    for _ in range(4):
        assert await leases.take(job, 1, seconds=0.3)
        await asyncio.sleep(0.15)
        assert await leases.held(job)

    await asyncio.sleep(0.35)

    assert not await leases.held(job)
    assert await leases.take(job, 2, seconds=5)
    assert not await leases.take(job, 1, seconds=5)


async def test_only_who_holds_a_lease_lets_go_of_it(leases: RedisLeases, job: JobId) -> None:
    await leases.take(job, 2, seconds=5)

    await leases.release(job, 1)
    assert await leases.held(job)
    await leases.release(job, 2)
    assert not await leases.held(job)
    await leases.release(job, 2)


async def test_a_redis_that_is_not_there_is_told(job: JobId) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    async with Redis.from_url(url) as client:
        leases = RedisLeases(client)
        for attempt in (leases.take(job, 1, seconds=1), leases.held(job), leases.release(job, 1)):
            with pytest.raises(LeasesDown):
                await attempt
