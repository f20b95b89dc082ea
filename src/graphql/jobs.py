"""Jobs in the API: work that goes on after the answer, followed live."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from aether.domain import documents, estimates, jobs
from aether.domain.documents import DocumentId, DocumentMissing
from aether.domain.errors import Invalid
from aether.domain.events import BEGINNING, Report, cursor
from aether.domain.jobs import JobId, JobKind, JobMissing, JobPriority, JobStatus
from aether.domain.notebooks import NotebookId, NotebookMissing
from aether.graphql.context import Info
from aether.graphql.estimates import Estimate, estimate_of
from aether.graphql.nodes import Node
from aether.graphql.refusals import Payload, mutation

if TYPE_CHECKING:
    from aether.graphql.documents import Document


@strawberry.type
class JobFailure:
    """Why a job failed.

    Attributes:
        code: What to do about it, for programs, such as `FILE_ENCRYPTED`.
        message: What to do about it, for people.
    """

    code: str
    message: str

    @classmethod
    def of(cls, failure: jobs.Failure | None) -> "JobFailure | None":
        """*failure*, if there is one."""
        return None if failure is None else cls(code=failure.code, message=failure.message)


@strawberry.type
class Job(Node):
    """Work that goes on after the answer.

    Attributes:
        kind: What it does.
        priority: How soon it has its turn.
        status: Where it is in its life.
        stage: The stage it is in, or ended in, such as `extract`.
        progress: How much of the whole is done, from 0 to 100.
        attempt: Which time it is taken up, from 1.
        error: Why it failed; none if it did not.
        created_at: When it was asked for.
        finished_at: When it was over; none if it is not.
    """

    kind: JobKind
    priority: JobPriority
    status: JobStatus
    stage: str
    progress: int
    attempt: int
    error: JobFailure | None
    created_at: datetime
    finished_at: datetime | None
    known: strawberry.Private[jobs.Job]
    told_eta: strawberry.Private[estimates.Estimate | None] = None

    @strawberry.field
    async def eta(self, info: Info) -> Estimate | None:
        """When it will be over, judged by jobs like it; none if it is over, or too little is known."""
        return Estimate.of(self.told_eta or await estimate_of(info, self.known))

    @strawberry.field
    async def document(
        self, info: Info
    ) -> Annotated["Document", strawberry.lazy("aether.graphql.documents")] | None:
        """The document it works on; none if it works on a notebook, or the document is gone."""
        from aether.graphql.documents import document_by_id

        return await document_by_id(info, self.known.subject)

    @classmethod
    def of(cls, job: jobs.Job) -> "Job":
        """*job*, shown to those who may read its notebook."""
        return cls(
            id=strawberry.ID(job.id),
            kind=job.kind,
            priority=job.priority,
            status=job.status,
            stage=job.stage,
            progress=job.progress,
            attempt=job.attempt,
            error=JobFailure.of(job.failure),
            created_at=job.created_at,
            finished_at=job.finished_at,
            known=job,
        )

    def now(self, told: Mapping[str, Any]) -> "Job":
        """This job, as an event tells it."""
        failure, eta = told["failure"], told.get("eta")
        now = replace(
            self.known,
            status=JobStatus(told["status"]),
            stage=told["stage"],
            progress=told["progress"],
            attempt=told["attempt"],
            failure=failure and jobs.Failure(code=failure["code"], message=failure["message"]),
            finished_at=_instant(told["finished_at"]),
        )
        return replace(Job.of(now), told_eta=eta and estimates.Estimate.heard(eta))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@strawberry.type
class JobProgress:
    """A job at one moment.

    Attributes:
        cursor: Give it as `after` to go on from here.
        gap: Whether something between `after` and this is lost; what is shown is the present all the same.
        job: The job.
        done: How many steps of the stage are done, such as pages; none if it is not told.
        of: How many steps the stage has; none if it is not told.
        at: When it was so.
    """

    cursor: str
    gap: bool
    job: Job
    done: int | None
    of: int | None
    at: datetime


@strawberry.input
class JobInput:
    """Which job is meant.

    Attributes:
        id: The job.
    """

    id: strawberry.ID


@strawberry.type
class CancelJobPayload(Payload):
    """The job, cancelled.

    Attributes:
        job: The job; none if it was refused.
    """

    job: Job | None = None


@strawberry.type
class RetryJobPayload(Payload):
    """A new job that does the same once more.

    Attributes:
        job: The new job; none if it was refused.
    """

    job: Job | None = None


async def job_by_id(info: Info, id: str) -> Job | None:
    """The job with this id, if the viewer may read its notebook."""
    found = await info.context.loaders.jobs.load(JobId(id))
    return None if found is None else Job.of(found)


@strawberry.type
class JobQueries:
    """Questions about jobs."""

    @strawberry.field
    async def job(self, info: Info, id: strawberry.ID) -> Job | None:
        """The job with this id, if one may read its notebook.

        Args:
            id: The job's id.
        """
        return await job_by_id(info, id)


@strawberry.type
class JobMutations:
    """Changes to jobs."""

    @mutation
    async def cancel_job(self, info: Info, input: JobInput) -> CancelJobPayload:
        """End a job now, whoever works on it; takes the permission to write.

        Args:
            input: Which job.
        """
        at = info.context.ports.moment()
        job = await info.context.write(documents.cancel, job=JobId(input.id), by=info.context.viewer, at=at)
        return CancelJobPayload(job=Job.of(job))

    @mutation
    async def retry_job(self, info: Info, input: JobInput) -> RetryJobPayload:
        """Have a failed or cancelled document processed once more, by a new job.

        Args:
            input: Which job.
        """
        ports = info.context.ports
        job = await info.context.write(
            documents.retry,
            job=JobId(input.id),
            waiting=ports.receiver.limits.waiting,
            by=info.context.viewer,
            at=ports.moment(),
        )
        return RetryJobPayload(job=Job.of(job))


@strawberry.type
class JobSubscriptions:
    """Jobs, live."""

    @strawberry.subscription
    async def job_progress(
        self, info: Info, id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[JobProgress, None]:
        """A job as it is, then each change, up to its end.

        Args:
            id: The job.
            after: The cursor of the last one seen; everything behind it comes again.
        """
        async for progress in _job_followed(info, id, after):
            yield progress

    @strawberry.subscription
    async def processing_progress(
        self,
        info: Info,
        job_id: strawberry.ID | None = None,
        document_id: strawberry.ID | None = None,
        after: str | None = None,
    ) -> AsyncGenerator[JobProgress, None]:
        """How far a document is processed: its job as it is, then each change, up to its end.

        Args:
            job_id: The job; or else name the document.
            document_id: The document, whose latest job is meant.
            after: The cursor of the last one seen; everything behind it comes again.
        """
        if (job_id is None) == (document_id is None):
            raise Invalid("Name either the job or the document.", field="job_id")
        async for progress in _job_followed(info, job_id or await _latest(info, document_id), after):
            yield progress

    @strawberry.subscription
    async def notebook_uploads(
        self, info: Info, notebook_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[JobProgress, None]:
        """Every job of a notebook, live.

        Args:
            notebook_id: The notebook.
            after: The cursor of the last one seen; everything behind it comes again.
        """
        await _readable(info, notebook_id)
        async for told in followed(info, f"uploads/{notebook_id}", after):
            await _readable(info, notebook_id)
            if told.gap:
                for open_one in await _open_ones(info, notebook_id):
                    yield replace(_present(open_one, info), cursor=told.cursor, gap=True)
            job = await job_by_id(info, told.event.payload["job"])
            if job is not None:
                yield _progress(job, told)


async def _job_followed(info: Info, id: str, after: str | None) -> AsyncGenerator[JobProgress, None]:
    known = await job_by_id(info, id)
    if known is None:
        raise JobMissing(id)
    if after is None or JobStatus(known.status).over:
        yield _present(known, info)
        if JobStatus(known.status).over:
            return
    async for told in followed(info, f"job/{id}", after):
        if (known := await job_by_id(info, id)) is None:
            raise JobMissing(id)
        yield _progress(known, told)


async def _latest(info: Info, document: str | None) -> strawberry.ID:
    """The latest job of a document."""
    id = DocumentId(document or "")
    found = await info.context.read(documents.jobs_of_document, document=id, by=info.context.viewer)
    found = [job for job in found if job.kind is JobKind.PROCESSING]
    if not found:
        raise DocumentMissing(id)
    return strawberry.ID(found[0].id)


async def _open_ones(info: Info, notebook: str) -> list[Job]:
    """The jobs of a notebook that are not over."""
    found = await info.context.read(
        documents.jobs_of_notebook, notebook=NotebookId(notebook), live=True, by=info.context.viewer
    )
    return [Job.of(job) for job in found]


async def _readable(info: Info, notebook: str) -> None:
    if await info.context.loaders.notebooks.load(NotebookId(notebook)) is None:
        raise NotebookMissing(notebook)


async def followed(info: Info, topic: str, after: str | None) -> AsyncGenerator[Report, None]:
    """What is told on *topic*, as long as the viewer may enter."""
    tenant = info.context.viewer.tenant
    feed = info.context.ports.feed
    async for report in feed.follow(tenant, topic, after=cursor(after)):
        await info.context.readmit()
        yield report


def _present(job: Job, info: Info) -> JobProgress:
    at = info.context.ports.moment().now
    return JobProgress(cursor=BEGINNING, gap=False, job=job, done=None, of=None, at=at)


def _progress(job: Job, told: Report) -> JobProgress:
    payload = told.event.payload
    return JobProgress(
        cursor=told.cursor,
        gap=told.gap,
        job=job.now(payload),
        done=payload.get("done"),
        of=payload.get("of"),
        at=told.event.at,
    )
