"""The queue: attempts wait here in the order in which they are to be taken up, and arq wakes workers.

arq is handed twice as many attempts as there are slots in all workers, and no more, so that
the order holds: what waits for it is in a line for each tenant and priority. The line that
had the least goes next; an attempt costs its line less the more urgent it is, so every line
moves, and nobody's ten thousand files hold up somebody else's one. What was lost by a worker
had its turn, and is handed out at once. All of this may be lost with Redis: the graph knows
what waits, and the sweeper lines it up again.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix, result_key_prefix, retry_key_prefix
from arq.jobs import serialize_job
from redis.exceptions import RedisError
from typing_extensions import override

from aether.adapters.arq import scripts
from aether.domain.errors import Unavailable
from aether.domain.jobs import JobPriority, Place, Queue, Ticket

QUEUE = "aether:jobs"
TASK = "run_job"

LASTS_S = 7 * 24 * 3600
"""How long an attempt may wait before it has to be lined up anew, in seconds."""
AHEAD = 2
"""How many attempts arq is handed for each slot."""
SLOTS_LEAST = 4
"""How many slots there are taken to be while no worker says so."""
PRESENT_S = 5.0
"""How long a worker counts after it last said how many slots it has, in seconds."""

COSTS: Mapping[JobPriority, int] = {JobPriority.HIGH: 1, JobPriority.NORMAL: 4, JobPriority.LOW: 16}
"""What an attempt costs its line: of three lines that all wait, they are served 16 : 4 : 1."""


class QueueDown(Unavailable):
    """Redis does not answer."""

    code = "QUEUE_DOWN"

    def __init__(self) -> None:
        super().__init__("Workers cannot be woken for a moment.", retry_after_s=2.0)


class ArqQueue(Queue):
    """What wakes workers."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._push = redis.register_script(scripts.PUSH)
        self._hand_out = redis.register_script(scripts.HAND_OUT)
        self._forget = redis.register_script(scripts.FORGET)
        self._lost = redis.register_script(scripts.LOST)
        self._places = redis.register_script(scripts.PLACES)

    @override
    async def push(self, ticket: Ticket) -> None:
        named, now = ticket.name, _now_ms()
        packed = serialize_job(TASK, (named,), {}, None, now)
        again = int(ticket.attempt > 1)  # an attempt before had its turn
        keys = [QUEUE, _LINES, _RESTING, _PASS, _line_key(ticket), job_key_prefix + named]
        keys += [in_progress_key_prefix + named]
        with _told():
            await self._push(keys=keys, args=[named, _line(ticket), now, packed, LASTS_S * 1000, again])

    @override
    async def renew(self, ticket: Ticket) -> None:
        await self.forget(ticket)
        await self.push(ticket)

    @override
    async def lost(self, tickets: Sequence[Ticket]) -> Collection[Ticket]:
        keys = [it for ticket in tickets for it in (_line_key(ticket), in_progress_key_prefix + ticket.name)]
        if not tickets:
            return []
        with _told():
            found = await self._lost(keys=[QUEUE, *keys], args=[ticket.name for ticket in tickets])
        return [ticket for ticket, lost in zip(tickets, found, strict=True) if lost]

    @override
    async def forget(self, ticket: Ticket) -> None:
        names = [prefix + ticket.name for prefix in _PREFIXES]
        with _told():
            await self._forget(
                keys=[QUEUE, _LINES, _line_key(ticket), *names], args=[ticket.name, _line(ticket)]
            )

    @override
    async def places(self, tickets: Sequence[Ticket]) -> Sequence[Place]:
        if not tickets:
            return []
        asked = [it for ticket in tickets for it in (ticket.name, _line(ticket))]
        args: list[Any] = [_now_ms(), SLOTS_LEAST, f"{_LINE}:", *_costs(), "", *asked]
        with _told():
            slots, *ahead = await self._places(keys=[QUEUE, _LINES, _WORKERS, _SLOTS], args=args)
        return [Place(ahead=many, slots=slots) for many in ahead]

    @override
    async def hand_out(self) -> int:
        return await self._handed_out("", 0)

    async def present(self, worker: str, slots: int) -> int:
        """Say that *worker* is there with so many slots, and hand out what there is room for."""
        return await self._handed_out(worker, slots)

    async def leave(self, worker: str) -> None:
        """Say that *worker* is there no longer."""
        with _told():
            await self._redis.zadd(_WORKERS, {worker: 0}, xx=True)

    async def _handed_out(self, worker: str, slots: int) -> int:
        keys = [QUEUE, _LINES, _RESTING, _PASS, _WORKERS, _SLOTS]
        args: list[Any] = [_now_ms(), worker, slots, round(PRESENT_S * 1000), SLOTS_LEAST, AHEAD]
        with _told():
            return int(await self._hand_out(keys=keys, args=[*args, f"{_LINE}:", *_costs()]))


_LINE = "aether:waiting"
_LINES = "aether:waiting-lines"
_RESTING = "aether:waiting-resting"
_PASS = "aether:waiting-pass"  # noqa: S105 - what the line that was served last had had
_WORKERS = "aether:workers"
_SLOTS = "aether:workers-slots"
_PREFIXES = (job_key_prefix, in_progress_key_prefix, retry_key_prefix, result_key_prefix)


def _line(ticket: Ticket) -> str:
    return f"{ticket.tenant}/{ticket.priority.value}"


def _line_key(ticket: Ticket) -> str:
    return f"{_LINE}:{_line(ticket)}"


def _costs() -> list[Any]:
    return [it for priority, cost in COSTS.items() for it in (priority.value, cost)]


def _now_ms() -> int:
    return int(time.time() * 1000)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise QueueDown from error
