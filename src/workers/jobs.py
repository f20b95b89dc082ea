"""Running a job: held by a lease, stopped when it is cancelled, given back when we cannot go on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from aether.domain import jobs
from aether.domain.errors import Unavailable
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Job, JobId, JobKind, JobStatus
from aether.workers import documents
from aether.workers.context import Ports

SWEEP_S = 2.0
SWEPT_AT_A_TIME = 500
PATIENCE_S = 120.0
"""How long a worker waits for a part of Aether that is away before it gives a job back, in seconds."""

Run = Callable[[Ports, Graph, JobId, int], Awaitable[None]]

RUNS: Mapping[JobKind, Run] = {
    JobKind.PROCESSING: documents.process,
    JobKind.REINDEX: documents.reindex,
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
    found = (await graph.read(jobs.get_many, [id]))[id]
    with structlog.contextvars.bound_contextvars(job=id, attempt=attempt, tenant=tenant):
        await _held(ports, graph, found, attempt)


async def _held(ports: Ports, graph: Graph, job: Job, attempt: int) -> None:
    """Run the job while its lease is kept, and no longer than anybody wants it."""
    running = asyncio.create_task(_patient(ports, graph, job, attempt))
    keeping = asyncio.create_task(_keep(ports, graph, job.id, attempt))
    try:
        await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (running, keeping):
            task.cancel()
        results = await asyncio.gather(running, keeping, return_exceptions=True)
        with suppress(Unavailable):
            await ports.leases.release(job.id, attempt)
    for result in results:
        if isinstance(result, AttemptOver):
            log.info("attempt_over")
        elif isinstance(result, Exception):
            raise result


async def _patient(ports: Ports, graph: Graph, job: Job, attempt: int) -> None:
    """Run the job; what is away for a while is waited for, at the stage that was reached."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + PATIENCE_S, 0.5
    while True:
        try:
            return await RUNS[job.kind](ports, graph, job.id, attempt)
        except Unavailable as failure:
            if loop.time() > until:
                raise
            log.warning("job_waits", code=failure.code, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


async def _keep(ports: Ports, graph: Graph, id: JobId, attempt: int) -> None:
    """Keep the lease; return when somebody else holds it, or nobody wants the job any more."""
    while True:
        await asyncio.sleep(ports.lease_s / 6)
        with suppress(Unavailable):
            if not await ports.leases.take(id, attempt, seconds=ports.lease_s):
                return
            job = (await graph.read(jobs.get_many, [id])).get(id)
            if job is None or job.status is JobStatus.CANCELLED or job.attempt != attempt:
                return


async def sweep(ports: Ports) -> None:
    """Find jobs that nobody works on, and hand them out again, for ever."""
    while True:
        try:
            await sweep_once(ports)
        except Unavailable as failure:
            log.warning("sweep_waits", code=failure.code)
        await asyncio.sleep(SWEEP_S)


async def sweep_once(ports: Ports) -> None:
    """Hand out again what is stranded: pushed but forgotten, or running under nobody's lease."""
    moment = ports.moment()
    for job in await ports.graph.read(jobs.unfinished, limit=SWEPT_AT_A_TIME):
        if moment.now - job.updated_at < timedelta(seconds=ports.lease_s):
            continue
        if await ports.leases.held(job.id):
            continue
        if job.status is JobStatus.RUNNING:
            graph = ports.graph.within(job.tenant)
            stranded = await graph.write(jobs.strand, id=job.id, attempt=job.attempt, at=ports.moment())
            log.info("job_stranded", job=job.id, attempt=job.attempt, again=stranded is not None)
        else:
            await ports.queue.push(job.id, job.attempt)
