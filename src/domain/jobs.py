"""Jobs: work that goes on after the answer.

A job is a node, written in the transaction of its cause; a queue only wakes workers. It is
pending until it was handed to the queue, queued until a worker claims it, then running,
and in the end completed, failed or cancelled. Each claim has an attempt, which fences: what
a worker writes for an attempt that is over is refused. A job goes on from its last
committed stage, whoever dies. Being over is final: to try again is another job.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from aether.domain import events
from aether.domain.errors import Conflict, Missing
from aether.domain.events import Event, EventId
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

JobId = NewType("JobId", str)

ATTEMPTS_MOST = 20
"""How often a job is taken up before it fails for good."""


class JobKind(StrEnum):
    """What a job does."""

    PROCESSING = "processing"
    REINDEX = "reindex"


class JobStatus(StrEnum):
    """Where a job is in its life."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing will happen any more."""
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}


STAGES: Mapping[JobKind, tuple[str, ...]] = {
    JobKind.PROCESSING: ("validate", "extract", "chunk", "embed", "index"),
    JobKind.REINDEX: ("index",),
}
"""The stages of each kind of job, in order."""


class JobMissing(Missing):
    """There is no such job, or the viewer may not know of it."""

    code = "JOB_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no job {id}.")


class JobOver(Conflict):
    """The job is completed, failed or cancelled: it cannot be cancelled any more."""

    code = "JOB_OVER"

    def __init__(self, job: "Job") -> None:
        super().__init__(f"The job {job.id} is {job.status} already.")


class AttemptOver(Conflict):
    """Another attempt has begun, or the job is over: what this one did no longer counts."""

    code = "ATTEMPT_OVER"

    def __init__(self, id: str, attempt: int) -> None:
        super().__init__(f"Attempt {attempt} of the job {id} is over.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job failed.

    Attributes:
        code: The refusal's code, such as `FILE_ENCRYPTED`.
        message: A sentence fit to show.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that goes on after the answer.

    Attributes:
        subject: The id of what it works on.
        notebook: The notebook whose readers may follow it.
        stage: The stage it is in, or ended in.
        progress: How much of the whole is done, from 0 to 100; it never falls within an attempt.
        attempt: Which time it is, or will be, taken up; starts at 1.
    """

    id: JobId
    tenant: TenantId
    kind: JobKind
    subject: str
    notebook: str
    status: JobStatus
    stage: str
    progress: int = 0
    attempt: int = 1
    failure: Failure | None = None
    created_by: UserId
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None = None

    @classmethod
    def new(
        cls,
        kind: JobKind,
        *,
        subject: str,
        notebook: str,
        tenant: TenantId,
        by: UserId,
        at: Moment,
    ) -> "Job":
        """A job at birth."""
        return cls(
            id=JobId(at.id("job", kind, subject)),
            tenant=tenant,
            kind=kind,
            subject=subject,
            notebook=notebook,
            status=JobStatus.PENDING,
            stage=STAGES[kind][0],
            created_by=by,
            created_at=at.now,
            updated_at=at.now,
        )

    def claimed(self, attempt: int, *, now: datetime) -> "Job":
        """This job, taken up for *attempt*.

        Raises:
            AttemptOver: It is over, or a later attempt has begun.
        """
        if attempt != self.attempt or self.status.over or self.status is JobStatus.RUNNING:
            raise AttemptOver(self.id, attempt)
        return replace(self, status=JobStatus.RUNNING, updated_at=now)

    def fenced(self, attempt: int) -> "Job":
        """This job, if *attempt* still counts."""
        if self.status is not JobStatus.RUNNING or attempt != self.attempt:
            raise AttemptOver(self.id, attempt)
        return self

    def at_stage(self, stage: str, *, now: datetime) -> "Job":
        """This job at the beginning of *stage*."""
        stages = STAGES[self.kind]
        return replace(self, stage=stage, progress=100 * stages.index(stage) // len(stages), updated_at=now)

    def ended(self, status: JobStatus, *, failure: Failure | None = None, now: datetime) -> "Job":
        """This job, over."""
        progress = 100 if status is JobStatus.COMPLETED else self.progress
        return replace(
            self, status=status, progress=progress, failure=failure, updated_at=now, finished_at=now
        )


class Jobs(Protocol):
    """Where jobs are kept."""

    async def get_many(self, ids: Collection[JobId]) -> Mapping[JobId, Job]:
        """Those of the jobs that exist, by id; the others are left out."""
        ...

    async def lock(self, id: JobId) -> Job | None:
        """The job, which nobody else changes until this transaction ends."""
        ...

    async def add(self, job: Job) -> None:
        """Keep a new job."""
        ...

    async def put(self, job: Job) -> None:
        """Keep *job* as it now is."""
        ...

    async def about(self, id: str, *, live: bool = False) -> Sequence[Job]:
        """The latest 100 jobs of a notebook, or on a subject; with *live* only those not over."""
        ...

    async def unfinished(self, *, running: bool, limit: int) -> Sequence[Job]:
        """Jobs of all tenants that run, or that wait, the longest untouched first."""
        ...

    async def tenant_of(self, id: JobId) -> TenantId | None:
        """The tenant of a job, asked for by a worker, who is given nothing but the id."""
        ...


class Queue(Protocol):
    """What wakes workers."""

    async def push(self, job: JobId, attempt: int) -> None:
        """Have some worker take up *attempt* of *job*; pushing it twice runs it once."""
        ...

    async def renew(self, job: JobId, attempt: int) -> None:
        """The same, though a worker that is gone by now was given it once."""
        ...

    async def forget(self, job: JobId, attempt: int) -> None:
        """Forget an attempt that nobody is to take up any more."""
        ...


class Leases(Protocol):
    """Who works on what right now, for as long as they say so."""

    async def take(self, job: JobId, attempt: int, *, seconds: float) -> bool:
        """Hold *job* for *attempt* during *seconds*; false if another attempt holds it.

        Taking it again prolongs it.
        """
        ...

    async def held(self, job: JobId) -> bool:
        """Whether anybody holds *job*."""
        ...

    async def release(self, job: JobId, attempt: int) -> None:
        """Let go of *job*, if *attempt* holds it."""
        ...


class Work(events.Work, Protocol):
    """A transaction in which jobs can be read and written."""

    @property
    def jobs(self) -> Jobs:
        """The jobs."""
        ...


async def ask(work: Work, job: Job, *, at: Moment) -> Job:
    """Have *job* done once this transaction is committed."""
    await work.jobs.add(job)
    await _tell(work, job, at=at)
    return job


async def reindex(
    work: Work, *, notebook: str, subject: str | None = None, by: UserId, tenant: TenantId, at: Moment
) -> Job:
    """Have everything below *notebook*, or only its document *subject*, indexed at its present place."""
    job = Job.new(
        JobKind.REINDEX, subject=subject or notebook, notebook=notebook, tenant=tenant, by=by, at=at
    )
    return await ask(work, job, at=at)


async def claim(work: Work, *, id: JobId, attempt: int, at: Moment) -> Job:
    """Take *attempt* of the job up, at the stage where the last one stopped.

    Raises:
        AttemptOver: It is over, or another worker was faster.
    """
    return await _changed(work, (await _locked(work, id)).claimed(attempt, now=at.now), at=at)


async def fenced(work: Work, *, id: JobId, attempt: int) -> Job:
    """The job, locked, if *attempt* still counts.

    Raises:
        AttemptOver: It does not.
    """
    return (await _locked(work, id)).fenced(attempt)


async def advance(work: Work, *, id: JobId, attempt: int, stage: str, at: Moment) -> Job:
    """Commit that the stages before *stage* are done.

    Raises:
        AttemptOver: This attempt no longer counts, so neither does what it did.
    """
    job = await fenced(work, id=id, attempt=attempt)
    return await _changed(work, job.at_stage(stage, now=at.now), at=at)


async def finish(
    work: Work, *, id: JobId, attempt: int, status: JobStatus, failure: Failure | None, at: Moment
) -> Job:
    """Commit how the job ended."""
    job = await fenced(work, id=id, attempt=attempt)
    return await _changed(work, job.ended(status, failure=failure, now=at.now), at=at)


async def cancel(work: Work, *, id: JobId, at: Moment) -> Job:
    """End the job now, whoever works on it.

    Raises:
        JobOver: It is over already.
    """
    job = await _locked(work, id)
    if job.status.over:
        raise JobOver(job)
    return await _changed(work, job.ended(JobStatus.CANCELLED, now=at.now), at=at)


async def strand(work: Work, *, id: JobId, attempt: int, at: Moment) -> Job | None:
    """Give a job back whose worker for *attempt* is gone: the next attempt, or the end.

    None if it was not stranded after all.
    """
    job = await _locked(work, id)
    if job.status is not JobStatus.RUNNING or job.attempt != attempt:
        return None
    if attempt >= ATTEMPTS_MOST:
        failure = Failure(code="JOB_GIVEN_UP", message=f"It was begun {attempt} times and never ended.")
        return await _changed(work, job.ended(JobStatus.FAILED, failure=failure, now=at.now), at=at)
    queued = replace(job, status=JobStatus.QUEUED, attempt=attempt + 1, updated_at=at.now)
    return await _changed(work, queued, at=at)


async def unfinished(work: Work, *, running: bool, limit: int) -> Sequence[Job]:
    """Jobs of all tenants that are not over: those that run, or those that wait."""
    return await work.jobs.unfinished(running=running, limit=limit)


async def tenant_of(work: Work, *, id: JobId) -> TenantId | None:
    """The tenant of a job; none if there is no such job."""
    return await work.jobs.tenant_of(id)


async def get_many(work: Work, ids: Collection[JobId]) -> Mapping[JobId, Job]:
    """Those of the jobs that exist, by id."""
    return await work.jobs.get_many(ids)


async def _locked(work: Work, id: JobId) -> Job:
    if (job := await work.jobs.lock(id)) is None:
        raise JobMissing(id)
    return job


async def _changed(work: Work, job: Job, *, at: Moment) -> Job:
    await work.jobs.put(job)
    await _tell(work, job, at=at)
    return job


async def _tell(work: Work, job: Job, *, at: Moment) -> None:
    await work.events.add(
        *(
            Event(
                id=EventId(at.id("event", topic, job.id, job.status, job.stage, job.attempt)),
                tenant=job.tenant,
                topic=topic,
                kind="job_changed",
                payload=told(job),
                at=at.now,
                final=job.status.over and topic.startswith("job/"),
            )
            for topic in (f"job/{job.id}", f"uploads/{job.notebook}")
        )
    )


def told(job: Job) -> dict[str, object]:
    """What listeners show of *job*."""
    return {
        "job": job.id,
        "subject": job.subject,
        "notebook": job.notebook,
        "status": job.status.value,
        "stage": job.stage,
        "progress": job.progress,
        "finished_at": job.finished_at and job.finished_at.isoformat(),
        "attempt": job.attempt,
        "failure": job.failure and {"code": job.failure.code, "message": job.failure.message},
    }
