"""Running a job: held by a lease, stopped when it is cancelled, given back when we cannot go on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from aether.domain import documents, jobs
from aether.domain.endings import ended, seen_through
from aether.domain.errors import Unavailable
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Job, JobId, JobKind, JobMissing, JobStatus
from aether.domain.texts import ReaderDown
from aether.workers import documents as tasks
from aether.workers import indexing, parts
from aether.workers.context import Ports

SWEEP_S = 1.0
"""How often it is looked for jobs whose worker is gone, in seconds; half as often for those that got lost."""
UNTOUCHED_S = 1.0
"""How long a job has to wait before it is looked whether the queue lost it, in seconds."""
SWEPT_AT_A_TIME = 500
GIVEN_BACK_WITHIN_S = 3.0
PATIENCE_S = 120.0
"""How long a worker waits for a part of Aether that is away before it gives a job back, in seconds."""

Run = Callable[[Ports, Graph, Job], Awaitable[None]]
"""Runs a job that was taken up; safe to run again from where it stopped."""

RUNS: Mapping[JobKind, Run] = {
    JobKind.PROCESSING: tasks.process,
    JobKind.REINDEX: tasks.reindex,
}

log = structlog.get_logger()


async def run_job(context: dict[str, Any], named: str) -> None:
    """Run *named*, `<job>:<attempt>`. Safe to run twice, also at once; cancelled, it gives the job back."""
    ports: Ports = context["ports"]
    id, attempt = JobId(named.rpartition(":")[0]), int(named.rpartition(":")[2])
    job = await ports.graph.read(jobs.of_any_tenant, id=id)
    # Who began it may be dead: to take the lease once more would only put off that this is noticed.
    if job is None or _begun(job, attempt) or not await ports.leases.take(id, attempt, seconds=ports.lease_s):
        return
    graph, theirs = ports.graph.within(job.tenant), False
    with structlog.contextvars.bound_contextvars(job=id, attempt=attempt, tenant=job.tenant):
        try:
            async with _kept(ports, id, attempt) as lease:
                claimed = await graph.write(jobs.claim, id=id, attempt=attempt, at=ports.moment())
                log.info("job_taken_up", stage=claimed.stage)
                await _held(ports, graph, claimed, lease)
        except (AttemptOver, JobMissing):
            log.info("attempt_over")
            theirs = _begun(await ports.graph.read(jobs.of_any_tenant, id=id), attempt)
        except (asyncio.CancelledError, Unavailable) as why:
            if not isinstance(why, ReaderDown):  # a file that ends whoever reads it is not begun for ever
                await seen_through(_given_back(ports, graph, id, attempt))
            raise
        finally:
            if not theirs:
                await seen_through(_let_go(ports, id, attempt))


def _begun(job: Job | None, attempt: int) -> bool:
    """Whether somebody else began this very attempt, which was handed out twice: the lease is theirs."""
    return job is not None and job.status is JobStatus.RUNNING and job.attempt == attempt


@asynccontextmanager
async def _kept(ports: Ports, id: JobId, attempt: int) -> AsyncIterator["asyncio.Task[None]"]:
    """Keep the lease while the context lasts; the task that it gives ends when somebody else holds it."""
    keeping = asyncio.create_task(_keep(ports, id, attempt))
    try:
        yield keeping
    finally:
        await ended(keeping)


async def _keep(ports: Ports, id: JobId, attempt: int) -> None:
    held = True
    while held:
        await asyncio.sleep(ports.lease_s / 6)
        with suppress(Unavailable):
            held = await ports.leases.take(id, attempt, seconds=ports.lease_s)


async def _held(ports: Ports, graph: Graph, job: Job, lease: "asyncio.Task[None]") -> None:
    """Run the job while its *lease* is kept, and no longer than anybody wants it."""
    running = asyncio.create_task(_patient(ports, graph, job))
    wanted = [asyncio.create_task(each(ports, graph, job)) for each in (_look, _watch)]
    try:
        await asyncio.wait({running, lease, *wanted}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(running, *wanted)
        with suppress(Unavailable):
            await _given_up(ports, graph, job)
    for task in (running, lease, *wanted):
        if task.done() and not task.cancelled():
            task.result()


async def _given_back(ports: Ports, graph: Graph, id: JobId, attempt: int) -> None:
    """Have another worker go on; if that cannot be said now, the sweeper finds the job."""
    await _let_go(ports, id, attempt)  # who comes next is faster than we are
    with suppress(Unavailable, JobMissing, TimeoutError):
        async with asyncio.timeout(GIVEN_BACK_WITHIN_S):
            if await graph.write(jobs.give_back, id=id, attempt=attempt, at=ports.moment()):
                log.info("job_given_back")


async def _let_go(ports: Ports, id: JobId, attempt: int) -> None:
    with suppress(Unavailable):
        await ports.leases.release(id, attempt)


async def _given_up(ports: Ports, graph: Graph, job: Job) -> None:
    """Have nothing go on elsewhere for a job that nobody wants any more."""
    if ports.processing is None:
        return
    now = (await graph.read(jobs.get_many, [job.id])).get(job.id)
    if now is None or now.status is JobStatus.CANCELLED:
        await ports.processing.cancel(job.id)


async def _patient(ports: Ports, graph: Graph, job: Job) -> None:
    """Run the job; what is away for a while is waited for, at the stage that was reached."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + PATIENCE_S, 0.5
    while True:
        try:
            return await RUNS[job.kind](ports, graph, job)
        except Unavailable as failure:
            if loop.time() > until:
                raise
            log.warning("job_waits", code=failure.code, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


async def _look(ports: Ports, graph: Graph, job: Job) -> None:
    """Return when the graph says that nobody wants the job any more, or that somebody else goes on.

    The graph may take long to say so, and the lease does not wait for it.
    """
    while True:
        await asyncio.sleep(ports.lease_s / 6)
        with suppress(Unavailable):
            now = (await graph.read(jobs.get_many, [job.id])).get(job.id)
            if now is None or now.status is JobStatus.CANCELLED or now.attempt != job.attempt:
                return


async def _watch(ports: Ports, _: Graph, job: Job) -> None:
    """Return as soon as it is told that nobody wants the job any more, or that somebody else goes on."""
    while True:
        with suppress(Unavailable):
            async for told in ports.feed.follow(job.tenant, f"job/{job.id}", after=None):
                now = told.event.payload
                if now["status"] == JobStatus.CANCELLED or now["attempt"] > job.attempt:
                    return
        await asyncio.sleep(ports.lease_s / 6)


async def sweep(ports: Ports) -> None:
    """Find jobs that nobody works on, and hand them out again, for ever."""
    after, turn = "", 0
    while True:
        turn += 1
        try:
            if turn % 2:
                after = await sweep_once(ports, after)
                await parts.sweep_once(ports)
                await indexing.sweep_once(ports)
            else:
                await _sweep_running(ports)
        except Unavailable as failure:
            log.warning("sweep_waits", code=failure.code)
        except Exception:
            log.exception("sweep_failed")
        await asyncio.sleep(SWEEP_S)


async def sweep_once(ports: Ports, after: str = "") -> str:
    """Hand out again what is stranded: lined up but forgotten, or running under nobody's lease.

    Of those that wait it looks at some, behind the job *after*; gives back where to go on. One that is
    renewed though somebody is just about to begin it is begun once all the same.
    """
    await _sweep_running(ports)
    now, most = ports.moment().now, SWEPT_AT_A_TIME
    rest_s = min(ports.lease_s, UNTOUCHED_S)
    waiting = await ports.graph.read(jobs.unfinished, running=False, after=after, limit=most)
    untouched = [job.ticket for job in waiting if abs((now - job.updated_at).total_seconds()) >= rest_s]
    for ticket in await ports.queue.lost(untouched):
        if not await ports.leases.held(ticket.job):
            await ports.queue.renew(ticket)
    await ports.queue.hand_out()
    return waiting[-1].id if len(waiting) == most else ""


async def _sweep_running(ports: Ports) -> None:
    """Hand out again what runs under nobody's lease, unless it was only just touched.

    A job that a clock far ahead of ours changed is looked at too: the lease, which Redis ends, decides.
    """
    now, silent_s, at = ports.moment().now, ports.lease_s / 2, ""
    while running := await ports.graph.read(jobs.unfinished, running=True, after=at, limit=SWEPT_AT_A_TIME):
        for job in running:
            silent = abs((now - job.updated_at).total_seconds()) >= silent_s
            if silent and not await ports.leases.held(job.id):
                await _strand(ports, job)
        at = running[-1].id


async def _strand(ports: Ports, job: Job) -> None:
    """Give a job on whose worker is gone, as its next attempt."""
    graph = ports.graph.within(job.tenant)
    stranded = await graph.write(documents.strand, job=job.id, attempt=job.attempt, at=ports.moment())
    await ports.queue.forget(job.ticket)
    log.info("job_stranded", job=job.id, attempt=job.attempt, status=stranded and stranded.status)
