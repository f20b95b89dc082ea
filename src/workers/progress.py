"""How far a job is, and when it will be over; nobody waits to be told, and nothing rests on it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from aether.domain import estimates, jobs
from aether.domain.documents import Document
from aether.domain.errors import Unavailable
from aether.domain.estimates import Estimate, Run, Standing
from aether.domain.events import Event, EventId
from aether.domain.jobs import STAGES, Job, JobStatus
from aether.workers.context import Ports

EVERY_S = 0.2
"""How often progress is told at most, in seconds; the end of a stage is always told."""


class Meter:
    """How far a job is on its way, stage by stage, and how long it took."""

    def __init__(self, ports: Ports, job: Job, document: Document) -> None:
        self._ports = ports
        self._job = job
        self._suffix = estimates.suffix_of(document.original_filename)
        self._size = document.file_size
        self._stage = job.stage
        self._since = _now()
        self._seconds: dict[str, float] = {}
        self._runs: Sequence[Run] = ()
        self._spared = False
        self._told_at = float("-inf")

    def spare(self) -> None:
        """Take note that some of the work was done before, so that no other job can be compared with this."""
        self._spared = True

    async def begin(self, stage: str) -> None:
        """Take note that the stage before is done, and *stage* begins."""
        now = _now()
        self._seconds[self._stage] = now - self._since
        self._stage, self._since = stage, now
        with suppress(Unavailable):
            self._runs = await self._ports.estimates.runs()

    async def report(self, done: int, of: int) -> None:
        """Tell that *done* steps of the stage, of so many, are done."""
        now = _now()
        if done < of and now - self._told_at < EVERY_S:
            return
        self._told_at = now
        estimate = self._estimate(done / max(of, 1))
        with suppress(Unavailable):
            for topic in (f"job/{self._job.id}", f"uploads/{self._job.notebook}"):
                await self._ports.feed.publish(self._event(topic, done, of, estimate))
            if estimate is not None:
                await self._ports.estimates.tell(self._job.ticket, estimate)

    async def over(self) -> None:
        """Take note that the job is done; if it went through at once, others are compared with it."""
        self._seconds[self._stage] = _now() - self._since
        if self._seconds.keys() == set(STAGES[self._job.kind]) and not self._spared:
            run = Run(suffix=self._suffix, size=self._size, seconds=self._seconds)
            with suppress(Unavailable):
                await self._ports.estimates.note(run)

    def _estimate(self, share: float) -> Estimate | None:
        standing = Standing(stage=self._stage, spent_s=_now() - self._since, share=share)
        rest = estimates.rest(self._runs, suffix=self._suffix, size=self._size, standing=standing)
        return None if rest is None else rest.since(self._ports.moment().now)

    def _event(self, topic: str, done: int, of: int, estimate: Estimate | None) -> Event:
        stages = STAGES[self._job.kind]
        share = (stages.index(self._stage) + done / max(of, 1)) / len(stages)
        told = {"status": JobStatus.RUNNING.value, "stage": self._stage, "progress": int(100 * share)}
        eta = None if estimate is None else estimate.told()
        return Event(
            id=EventId(""),
            tenant=self._job.tenant,
            topic=topic,
            kind="job_progressed",
            payload=jobs.told(self._job) | told | {"done": done, "of": of, "eta": eta},
            at=self._ports.moment().now,
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
