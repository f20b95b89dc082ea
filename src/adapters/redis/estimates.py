"""What estimates rest on, on Redis: a list of the latest runs, and what was said of each attempt."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from aether.domain.errors import Unavailable
from aether.domain.estimates import Estimate, Estimates, Run
from aether.domain.jobs import Ticket

RUNS = "aether:runs"
RUNS_MOST = 1_000
FRESH_S = 10.0
"""How old what a process knows of the runs may be, in seconds."""
TOLD_S = 600
"""How long it is remembered what was said of an attempt, in seconds."""


class EstimatesDown(Unavailable):
    """Redis does not answer."""

    code = "ESTIMATES_DOWN"

    def __init__(self) -> None:
        super().__init__("Nobody can say for a moment when jobs will be over.", retry_after_s=2.0)


class RedisEstimates(Estimates):
    """What is remembered of jobs."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._runs: Sequence[Run] = ()
        self._asked_at = float("-inf")

    @override
    async def note(self, run: Run) -> None:
        packed = orjson.dumps([run.suffix, run.size, run.seconds])
        with _speaking():
            async with self._redis.pipeline(transaction=True) as both:
                both.lpush(RUNS, packed)
                both.ltrim(RUNS, 0, RUNS_MOST - 1)
                await both.execute()

    @override
    async def runs(self) -> Sequence[Run]:
        if time.monotonic() - self._asked_at > FRESH_S:
            with _speaking():
                found = await self._redis.lrange(RUNS, 0, -1)  # type: ignore[misc]
            rows = map(orjson.loads, found)
            self._runs = [Run(suffix=suffix, size=size, seconds=seconds) for suffix, size, seconds in rows]
            self._asked_at = time.monotonic()
        return self._runs

    @override
    async def tell(self, ticket: Ticket, estimate: Estimate) -> None:
        with _speaking():
            await self._redis.set(_key(ticket), orjson.dumps(estimate.told()), ex=TOLD_S)

    @override
    async def told(self, tickets: Collection[Ticket]) -> Mapping[Ticket, Estimate]:
        if not tickets:
            return {}
        with _speaking():
            found = await self._redis.mget([_key(ticket) for ticket in tickets])
        told = zip(tickets, found, strict=True)
        return {ticket: Estimate.heard(orjson.loads(said)) for ticket, said in told if said is not None}


@contextmanager
def _speaking() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise EstimatesDown from error


def _key(ticket: Ticket) -> str:
    return f"aether:estimate:{ticket.name}"
