"""The workers' end of the queue: takes attempts up, so many at a time, until it is told to stop.

arq's own worker ends where Redis is away for a moment. Ours begins another one then; the attempts
in hand go on meanwhile.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.exceptions import RedisError
from typing_extensions import override

from aether.adapters.arq.queue import QUEUE, TASK, ArqQueue, QueueDown
from aether.domain.endings import ended, seen_through

ATTEMPT_MOST_S = 24 * 3600
POLL_S = 0.1
READ_AT_ONCE = 10_000
AWAY_S = 0.5
PRESENT_S = 0.2
NOTED_WITHIN_S = 2.0

Run = Callable[[str], Awaitable[None]]
"""Runs an attempt, `<job>:<number>`; cancelled, it gives it back."""

log = structlog.get_logger()


class _Twice(dict[str, Any]):
    """What arq notes of the tasks that run: an attempt may be handed out twice, and ends twice then."""

    @override
    def __delitem__(self, name: str) -> None:
        self.pop(name, None)


class ArqWorker:
    """Takes attempts up from the queue, and runs them.

    Args:
        redis: Where the queue is.
        queue: What hands attempts out.
        run: Runs an attempt.
        slots: How many attempts run at a time.
    """

    def __init__(self, redis: ArqRedis, queue: ArqQueue, run: Run, *, slots: int) -> None:
        self._redis = redis
        self._queue = queue
        self._name = secrets.token_hex(8)
        self._run = run
        self._slots = slots
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take attempts up for ever; cancelled, it ends when those in hand are given back."""
        takers: list[Worker] = []
        present = asyncio.create_task(self._present())
        try:
            while True:
                takers = [taker for taker in takers if any(not task.done() for task in taker.tasks.values())]
                takers.append(self._taker())
                await self._taking(takers[-1])
                await asyncio.sleep(AWAY_S)
        finally:
            await seen_through(self._left(present))
            await seen_through(self._emptied([task for taker in takers for task in taker.tasks.values()]))

    async def _present(self) -> None:
        """Say that we are here, and have attempts handed out, for ever."""
        while True:
            with suppress(QueueDown):
                await self._queue.present(self._name, self._slots)
            await asyncio.sleep(PRESENT_S)

    async def _left(self, present: "asyncio.Task[None]") -> None:
        await ended(present)
        with suppress(QueueDown):
            await self._queue.leave(self._name)

    async def _emptied(self, noting: Sequence[asyncio.Task[None]]) -> None:
        """Have all attempts in hand given back, and that noted in the queue, if it answers."""
        await ended(*self._running)
        if noting:
            await asyncio.wait(noting, timeout=NOTED_WITHIN_S)
            await ended(*noting)
            await asyncio.gather(*noting, return_exceptions=True)

    async def _taking(self, taker: Worker) -> None:
        """Take attempts up as long as Redis answers."""
        taking = asyncio.create_task(taker.main())
        try:
            await asyncio.wait({taking})
            taking.result()
        except (RedisError, OSError) as error:
            log.warning("queue_away", why=type(error).__name__)
        finally:
            taker.allow_pick_jobs = False
            await ended(taking)

    def _taker(self) -> Worker:
        """An arq worker with the slots that are free, and with others as they become free."""
        task: Any = self._attempt
        taker = Worker(
            functions=[func(task, name=TASK, keep_result=0, timeout=ATTEMPT_MOST_S, max_tries=1)],
            redis_pool=self._redis,
            queue_name=QUEUE,
            max_jobs=self._slots,
            queue_read_limit=READ_AT_ONCE,  # those that run stand in front of those that wait
            poll_delay=POLL_S,
            keep_result=0,
            retry_jobs=False,
            handle_signals=False,
        )
        taker.job_tasks = _Twice()
        taker.max_jobs -= len(self._running)

        def freed(_: "asyncio.Task[None]") -> None:
            taker.max_jobs += 1

        for running in self._running:
            running.add_done_callback(freed)
        return taker

    async def _attempt(self, _: object, named: str) -> None:
        """Run an attempt in a task of our own, whose end we can insist on."""
        running = asyncio.ensure_future(self._run(named))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            await asyncio.wait({running})
        finally:
            await ended(running)
        if not running.cancelled():
            running.result()
