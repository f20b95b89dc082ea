"""How far a stage is, told to whoever listens; nobody waits for it, and nothing rests on it."""

import asyncio
from contextlib import suppress

from aether.domain import jobs
from aether.domain.errors import Unavailable
from aether.domain.events import Event, EventId
from aether.domain.jobs import STAGES, Job, JobStatus
from aether.workers.context import Ports

EVERY_S = 0.2
"""How often progress is told at most, in seconds; the end of a stage is always told."""


class Meter:
    """The progress of one stage of a job."""

    def __init__(self, ports: Ports, job: Job, stage: str) -> None:
        self._ports = ports
        self._job = job
        self._stage = stage
        self._told_at = float("-inf")

    async def report(self, done: int, of: int) -> None:
        """Tell that *done* steps, of so many, are done."""
        now = asyncio.get_running_loop().time()
        if done < of and now - self._told_at < EVERY_S:
            return
        self._told_at = now
        with suppress(Unavailable):
            for topic in (f"job/{self._job.id}", f"uploads/{self._job.notebook}"):
                await self._ports.feed.publish(self._event(topic, done, of))

    def _event(self, topic: str, done: int, of: int) -> Event:
        stages = STAGES[self._job.kind]
        share = (stages.index(self._stage) + done / max(of, 1)) / len(stages)
        told = {"status": JobStatus.RUNNING.value, "stage": self._stage, "progress": int(100 * share)}
        return Event(
            id=EventId(""),
            tenant=self._job.tenant,
            topic=topic,
            kind="job_progressed",
            payload=jobs.told(self._job) | told | {"done": done, "of": of},
            at=self._ports.moment().now,
        )
