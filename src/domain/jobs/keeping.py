"""Asking for jobs, taking them up, and how they end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from aether.domain.blobs import BlobKey
from aether.domain.events import Event, EventId
from aether.domain.jobs.entity import (
    Failure,
    Job,
    JobId,
    JobKind,
    JobMissing,
    JobOver,
    JobStatus,
    QueueFull,
    told,
)
from aether.domain.jobs.ports import Work
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.users import UserId


async def ask(work: Work, job: Job, *, at: Moment) -> Job:
    """Have *job* done once this transaction is committed."""
    await work.jobs.add(job)
    await _tell(work, job, at=at)
    return job


async def admit(work: Work, *, most: int) -> None:
    """Refuse if the tenant has *most* jobs that are not over; asked before anything is taken in.

    Raises:
        QueueFull: It has.
    """
    if await work.jobs.open_ones(most=most) >= most:
        raise QueueFull(most)


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


async def keep_part(work: Work, part: BlobKey, *, id: JobId, attempt: int, at: Moment) -> Job:
    """Commit that a part of the present stage is done, and kept as a blob; nobody is told of it.

    Raises:
        AttemptOver: This attempt no longer counts, so neither does its part.
    """
    job = await fenced(work, id=id, attempt=attempt)
    await work.jobs.put(kept := job.with_part(part, now=at.now))
    return kept


async def littered(work: Work, *, limit: int) -> Sequence[Job]:
    """Jobs of all tenants whose parts nobody needs any more."""
    return await work.jobs.littered(limit=limit)


async def tidied(work: Work, *, id: JobId) -> Job:
    """Note that the parts of a job are gone, which nobody needed any more."""
    await work.jobs.put(tidy := replace(await _locked(work, id), parts=()))
    return tidy


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


async def cease(work: Work, *subjects: str, at: Moment) -> None:
    """End the jobs on these subjects that are not over, whoever works on them."""
    found = await work.jobs.lock_open(subjects) if subjects else []
    if over := [job.ended(JobStatus.CANCELLED, now=at.now) for job in found]:
        await work.jobs.put(*over)
        await _tell(work, *over, at=at)


async def rehome(work: Work, subjects: Collection[str], *, before: str, to: str, at: Moment) -> None:
    """Have the jobs on these subjects belong to the notebook *to*; followers of both hear of open ones."""
    if found := await work.jobs.rehome(subjects, to=to):
        await work.events.add(
            *(_event(job, f"uploads/{notebook}", at=at) for job in found for notebook in (before, to))
        )


async def strand(work: Work, *, id: JobId, attempt: int, at: Moment) -> Job | None:
    """Give a job back whose worker for *attempt* is gone: the next attempt, or the end.

    None if it was not stranded after all.
    """
    job = await _locked(work, id)
    if job.status is not JobStatus.RUNNING or job.attempt != attempt:
        return None
    if job.exhausted:
        failure = Failure(code="JOB_GIVEN_UP", message=f"It was begun {attempt} times and never ended.")
        return await _changed(work, job.ended(JobStatus.FAILED, failure=failure, now=at.now), at=at)
    return await _changed(work, job.again(returned=False, now=at.now), at=at)


async def give_back(work: Work, *, id: JobId, attempt: int, at: Moment) -> Job | None:
    """Have another worker go on at once, as the one of *attempt* is told to end; that is not the job's fault.

    None if the attempt was over already.
    """
    job = await _locked(work, id)
    if job.status is not JobStatus.RUNNING or job.attempt != attempt:
        return None
    return await _changed(work, job.again(returned=True, now=at.now), at=at)


async def unfinished(work: Work, *, running: bool, after: str = "", limit: int) -> Sequence[Job]:
    """Jobs of all tenants that are not over: those that run, or those that wait, the oldest first."""
    return await work.jobs.unfinished(running=running, after=after, limit=limit)


async def of_any_tenant(work: Work, *, id: JobId) -> Job | None:
    """The job with this id, whoever's it is; none if there is no such job."""
    return await work.jobs.of_any_tenant(id)


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


async def _tell(work: Work, *jobs: Job, at: Moment) -> None:
    await work.events.add(
        *(_event(job, topic, at=at) for job in jobs for topic in (f"job/{job.id}", f"uploads/{job.notebook}"))
    )


def _event(job: Job, topic: str, *, at: Moment) -> Event:
    return Event(
        id=EventId(at.id("event", topic, job.id, job.status, job.stage, job.attempt)),
        tenant=job.tenant,
        topic=topic,
        kind="job_changed",
        payload=told(job),
        at=at.now,
        final=job.status.over and topic.startswith("job/"),
    )
