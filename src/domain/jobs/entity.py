"""The job itself, its stages, and its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from aether.domain.blobs import BlobKey
from aether.domain.errors import Conflict, Missing, Unavailable
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

JobId = NewType("JobId", str)

ATTEMPTS_MOST = 20
"""How often a job is lost by its workers before it fails for good."""

WAITING_MOST = 10_000
"""How many jobs of a tenant may be open before it brings more, unless that is set."""
FEW = 10
"""How many jobs may come together and have their turn like any other."""
FULL_S = 30.0
"""When to ask again where too many jobs wait, in seconds."""


class JobKind(StrEnum):
    """What a job does."""

    PROCESSING = "processing"
    REINDEX = "reindex"


class JobPriority(StrEnum):
    """How soon a job has its turn. None waits for ever."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @classmethod
    def of(cls, together: int) -> "JobPriority":
        """The priority of so many jobs that come together: many let others go first."""
        return cls.NORMAL if together <= FEW else cls.LOW


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


class QueueFull(Unavailable):
    """So many jobs of the tenant are not over that no more are taken on."""

    code = "QUEUE_FULL"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most:,} jobs of your organisation wait already; bring more when some are done.",
            retry_after_s=FULL_S,
        )


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
class Ticket:
    """An attempt at a job, as it waits for its turn."""

    job: JobId
    attempt: int
    tenant: TenantId
    priority: JobPriority

    @property
    def name(self) -> str:
        """Its name, `<job>:<attempt>`."""
        return f"{self.job}:{self.attempt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that goes on after the answer.

    Attributes:
        subject: The id of what it works on.
        notebook: The notebook whose readers may follow it.
        stage: The stage it is in, or ended in.
        progress: How much of the whole is done, from 0 to 100; it never falls within an attempt.
        attempt: Which time it is, or will be, taken up; starts at 1.
        parts: What its stage has done so far, kept as blobs, in order; those of a stage that is done wait
            to be removed.
        forgiven: How many attempts do not count against it: those before it got on, and those that workers
            gave back in order.
    """

    id: JobId
    tenant: TenantId
    kind: JobKind
    subject: str
    notebook: str
    priority: JobPriority = JobPriority.NORMAL
    status: JobStatus
    stage: str
    progress: int = 0
    attempt: int = 1
    forgiven: int = 0
    parts: tuple[BlobKey, ...] = ()
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
        priority: JobPriority = JobPriority.NORMAL,
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
            priority=priority,
            status=JobStatus.PENDING,
            stage=STAGES[kind][0],
            created_by=by,
            created_at=at.now,
            updated_at=at.now,
        )

    @property
    def ticket(self) -> Ticket:
        """Its present attempt, as it waits for its turn."""
        return Ticket(job=self.id, attempt=self.attempt, tenant=self.tenant, priority=self.priority)

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
        return replace(
            self,
            stage=stage,
            progress=100 * stages.index(stage) // len(stages),
            forgiven=self.forgiven if stage == self.stage else self.attempt - 1,
            updated_at=now,
        )

    @property
    def exhausted(self) -> bool:
        """Whether workers lost it so often that another attempt would be lost too."""
        return self.attempt - self.forgiven >= ATTEMPTS_MOST

    def again(self, *, returned: bool, now: datetime) -> "Job":
        """This job as it waits for its next attempt; *returned* ones do not count against it."""
        return replace(
            self,
            status=JobStatus.QUEUED,
            attempt=self.attempt + 1,
            forgiven=self.forgiven + returned,
            updated_at=now,
        )

    def with_part(self, part: BlobKey, *, now: datetime) -> "Job":
        """This job, of whose stage *part* is done too."""
        if part in self.parts:
            return self
        return replace(self, parts=(*self.parts, part), forgiven=self.attempt - 1, updated_at=now)

    def ended(self, status: JobStatus, *, failure: Failure | None = None, now: datetime) -> "Job":
        """This job, over."""
        progress = 100 if status is JobStatus.COMPLETED else self.progress
        return replace(
            self, status=status, progress=progress, failure=failure, updated_at=now, finished_at=now
        )


def told(job: Job) -> dict[str, object]:
    """What listeners show of *job*."""
    return {
        "job": job.id,
        "subject": job.subject,
        "notebook": job.notebook,
        "priority": job.priority.value,
        "status": job.status.value,
        "stage": job.stage,
        "progress": job.progress,
        "finished_at": job.finished_at and job.finished_at.isoformat(),
        "attempt": job.attempt,
        "failure": job.failure and {"code": job.failure.code, "message": job.failure.message},
    }
