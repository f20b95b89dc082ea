"""Jobs in the graph: `(:Notebook)-[:HAS_JOB]->(:Job)`.

Those not over carry `open`, and those with parts `littered`; both are indexed.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, instant_or_none, lock
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.blobs import BlobKey
from aether.domain.jobs import Failure, Job, JobId, JobKind, JobPriority, Jobs, JobStatus
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

LISTED_MOST = 100


class Neo4jJobs(Jobs):
    """Where jobs are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[JobId]) -> Mapping[JobId, Job]:
        rows = await self._run("jobs/get_many", ids=list(ids))
        return {row["job"]["id"]: job_of(row["job"]) for row in rows}

    @override
    async def lock(self, id: JobId) -> Job | None:
        row = await self._run.one("jobs/lock", id=id, lock=lock())
        return None if row is None else job_of(row["job"])

    @override
    async def add(self, job: Job) -> None:
        await self._run(
            "jobs/add",
            id=job.id,
            kind=job.kind.value,
            subject=job.subject,
            notebook=job.notebook,
            priority=job.priority.value,
            status=job.status.value,
            stage=job.stage,
            progress=job.progress,
            attempt=job.attempt,
            created_by=job.created_by,
            created_at=job.created_at,
            updated_at=job.updated_at,
        )

    @override
    async def put(self, *jobs: Job) -> None:
        await self._run("jobs/put", rows=[_kept(job) for job in jobs])

    @override
    async def lock_open(self, subjects: Collection[str]) -> Sequence[Job]:
        rows = await self._run("jobs/lock_open", subjects=list(subjects), lock=lock())
        return [job_of(row["job"]) for row in rows]

    @override
    async def rehome(self, subjects: Collection[str], *, to: str) -> Sequence[Job]:
        rows = await self._run("jobs/rehome", subjects=list(subjects), notebook=to, lock=lock())
        return [job_of(row["job"]) for row in rows]

    @override
    async def about(self, id: str, *, live: bool = False) -> Sequence[Job]:
        rows = await self._run("jobs/about", id=id, live=live, most=LISTED_MOST)
        return [job_of(row["job"]) for row in rows]

    @override
    async def open_ones(self, *, most: int) -> int:
        row = await self._run.one("jobs/open_ones", most=most)
        return 0 if row is None else int(row["open_ones"])

    @override
    async def unfinished(self, *, running: bool, after: str, limit: int) -> Sequence[Job]:
        rows = await self._run("jobs/unfinished", running=running, after=after, most=limit)
        return [job_of(row["job"]) for row in rows]

    @override
    async def littered(self, *, limit: int) -> Sequence[Job]:
        rows = await self._run("jobs/littered", most=limit)
        return [job_of(row["job"]) for row in rows]

    @override
    async def of_any_tenant(self, id: JobId) -> Job | None:
        row = await self._run.one("jobs/of_any_tenant", id=id)
        return None if row is None else job_of(row["job"])


def _kept(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status.value,
        "stage": job.stage,
        "progress": job.progress,
        "attempt": job.attempt,
        "forgiven": job.forgiven,
        "parts": list(job.parts),
        "failure_code": job.failure and job.failure.code,
        "failure_message": job.failure and job.failure.message,
        "updated_at": job.updated_at,
        "finished_at": job.finished_at,
        "open": not job.status.over,
    }


def job_of(row: Row) -> Job:
    """The job in a row's map."""
    return Job(
        id=JobId(row["id"]),
        tenant=TenantId(row["tenant"]),
        kind=JobKind(row["kind"]),
        subject=row["subject"],
        notebook=row["notebook"],
        priority=JobPriority(row["priority"] or JobPriority.NORMAL),
        status=JobStatus(row["status"]),
        stage=row["stage"],
        progress=row["progress"],
        attempt=row["attempt"],
        forgiven=row["forgiven"] or 0,
        parts=tuple(map(BlobKey, row["parts"] or ())),
        failure=failure_of(row),
        created_by=UserId(row["created_by"]),
        created_at=instant(row["created_at"]),
        updated_at=instant(row["updated_at"]),
        finished_at=instant_or_none(row["finished_at"]),
    )


def failure_of(row: Row) -> Failure | None:
    """Why something failed, if it did."""
    code = row["failure_code"]
    return Failure(code=code, message=row["failure_message"]) if code else None
