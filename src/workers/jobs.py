"""Running a job: held by a lease, stopped when it is cancelled, given back when we cannot go on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from aether.domain import documents, jobs
from aether.domain.errors import Unavailable
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Job, JobId, JobKind, JobMissing, JobStatus
from aether.workers import documents as tasks
from aether.workers.context import Ports

SWEEP_S = 2.0
SWEPT_AT_A_TIME = 500
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
    """Run *named*, `<job>:<attempt>`. Safe to run twice, also at once."""
    ports: Ports = context["ports"]
    id, attempt = JobId(named.rpartition(":")[0]), int(named.rpartition(":")[2])
    tenant = await ports.graph.read(jobs.tenant_of, id=id)
    if tenant is None or not await ports.leases.take(id, attempt, seconds=ports.lease_s):
        return
    graph = ports.graph.within(tenant)
    with structlog.contextvars.bound_contextvars(job=id, attempt=attempt, tenant=tenant):
        try:
            claimed = await graph.write(jobs.claim, id=id, attempt=attempt, at=ports.moment())
        except (AttemptOver, JobMissing):
            await ports.leases.release(id, attempt)
        else:
            await _held(ports, graph, claimed)


async def _held(ports: Ports, graph: Graph, job: Job) -> None:
    """Run the job while its lease is kept, and no longer than anybody wants it."""
    running = asyncio.create_task(_patient(ports, graph, job))
    keeping = asyncio.create_task(_keep(ports, graph, job))
    try:
        await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (running, keeping):
            task.cancel()
        results = await asyncio.gather(running, keeping, return_exceptions=True)
        with suppress(Unavailable):
            await ports.leases.release(job.id, job.attempt)
    for result in results:
        if isinstance(result, AttemptOver | JobMissing):
            log.info("attempt_over")
        elif isinstance(result, Exception):
            raise result


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


async def _keep(ports: Ports, graph: Graph, job: Job) -> None:
    """Keep the lease; return when somebody else holds it, or nobody wants the job any more."""
    while True:
        await asyncio.sleep(ports.lease_s / 6)
        with suppress(Unavailable):
            if not await ports.leases.take(job.id, job.attempt, seconds=ports.lease_s):
                return
            now = (await graph.read(jobs.get_many, [job.id])).get(job.id)
            if now is None or now.status is JobStatus.CANCELLED or now.attempt != job.attempt:
                return


async def sweep(ports: Ports) -> None:
    """Find jobs that nobody works on, and hand them out again, for ever."""
    while True:
        try:
            await sweep_once(ports)
        except Unavailable as failure:
            log.warning("sweep_waits", code=failure.code)
        except Exception:
            log.exception("sweep_failed")
        await asyncio.sleep(SWEEP_S)


async def sweep_once(ports: Ports) -> None:
    """Hand out again what is stranded: pushed but forgotten, or running under nobody's lease."""
    stale = ports.moment().now - timedelta(seconds=ports.lease_s)
    for running in (True, False):
        for job in await ports.graph.read(jobs.unfinished, running=running, limit=SWEPT_AT_A_TIME):
            if job.updated_at > stale:
                break
            if not await ports.leases.held(job.id):
                await (_strand(ports, job) if running else ports.queue.renew(job.id, job.attempt))


async def _strand(ports: Ports, job: Job) -> None:
    """Give a job on whose worker is gone, as its next attempt."""
    graph = ports.graph.within(job.tenant)
    stranded = await graph.write(documents.strand, job=job.id, attempt=job.attempt, at=ports.moment())
    await ports.queue.forget(job.id, job.attempt)
    log.info("job_stranded", job=job.id, attempt=job.attempt, status=stranded and stranded.status)
