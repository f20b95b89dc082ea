"""Taking documents in, changing them, and what processing commits about them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from aether.domain import access, jobs, notebooks
from aether.domain.access import Permission
from aether.domain.documents.entity import (
    Arrival,
    Chunk,
    ChunkId,
    Document,
    DocumentBusy,
    DocumentId,
    DocumentMissing,
    Finding,
    FindingId,
    ProcessingStatus,
    SeenDocument,
    Understanding,
)
from aether.domain.documents.ports import DocumentOrder, Work, coming, noted
from aether.domain.documents.versions import exchanged, staged
from aether.domain.jobs import (
    AttemptOver,
    Failure,
    Job,
    JobId,
    JobKind,
    JobMissing,
    JobOver,
    JobPriority,
    JobStatus,
)
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId, NotebookMissing
from aether.domain.pages import Page, Slice
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


async def may_add(work: Work, *, notebook: NotebookId, by: Viewer) -> None:
    """Refuse unless *by* may add documents to *notebook*; asked before the first byte is taken in."""
    by.creates()
    found = (await work.notebooks.get_many([notebook])).get(notebook)
    granted = await work.access.permissions([notebook], of=by.user)
    missing = NotebookMissing(notebook)
    access.demand(by.within(granted.get(notebook)), Permission.WRITE, missing=missing)
    if found is None:
        raise missing
    found.open()


async def add(
    work: Work,
    arrival: Arrival,
    *,
    id: DocumentId,
    notebook: NotebookId,
    priority: JobPriority = JobPriority.NORMAL,
    by: Viewer,
    at: Moment,
) -> tuple[Document, Job]:
    """Take a file into a notebook, and have it processed."""
    into = (await notebooks.opened(work, notebook, by=by, wanted=Permission.WRITE)).open()
    document = Document.new(arrival, id=id, tenant=by.tenant, notebook=into.id, by=by.user, now=at.now)
    await work.documents.add([document])
    await notebooks.tell(work, into.id, "document_added", by=by, at=at, document=id, name=document.name)
    return document, await process(work, document, priority=priority, by=by, at=at)


async def rename(
    work: Work, *, id: DocumentId, name: str, version: int | None, by: Viewer, at: Moment
) -> Document:
    """Give a document another name."""
    document = (await opened(work, id, by=by)).at_version(version)
    renamed = document.renamed(name, now=at.now)
    if renamed is not document:
        await work.documents.put(renamed)
        await notebooks.tell(
            work, document.notebook, "document_renamed", by=by, at=at, document=id, name=renamed.name
        )
    return renamed


async def remove(work: Work, *, id: DocumentId, version: int | None, by: Viewer, at: Moment) -> Document:
    """Delete a document, and what came in it and nobody changed since; whoever works on them stops."""
    document = (await opened(work, id, by=by)).at_version(version)
    await notebooks.unheld(work, await path_of(work, notebook=document.notebook))
    await cease(work, id, at=at)
    deletion = at.id("deletion", id)
    await work.documents.remove(id, deletion=deletion, by=by.user, at=at)
    held = await work.containers.remove(id, deletion=deletion, by=by.user, at=at)
    await notebooks.tell(
        work, document.notebook, "document_deleted", by=by, at=at, document=id, name=document.name
    )
    subject = None if held else id
    await jobs.reindex(work, notebook=document.notebook, subject=subject, by=by.user, tenant=by.tenant, at=at)
    return document


async def reprocess(
    work: Work, *, id: DocumentId, waiting: int = jobs.WAITING_MOST, by: Viewer, at: Moment
) -> Job:
    """Have a document processed once more, unless *waiting* jobs of its tenant are open.

    It is its latest version that is processed, also if that could not be before.

    Raises:
        DocumentBusy: It is being processed already.
        QueueFull: So many are.
    """
    document = await opened(work, id, by=by)
    if await work.jobs.about(id, live=True):
        raise DocumentBusy(id)
    await jobs.admit(work, most=waiting)
    return await process(work, document, priority=JobPriority.HIGH, by=by, at=at)


async def retry(work: Work, *, job: JobId, waiting: int = jobs.WAITING_MOST, by: Viewer, at: Moment) -> Job:
    """Do once more what *job* failed to do, as another job."""
    found = (await visible_jobs(work, [job], by=by)).get(job)
    if found is None or found.kind is not JobKind.PROCESSING:
        raise JobMissing(job)
    return await reprocess(work, id=DocumentId(found.subject), waiting=waiting, by=by, at=at)


async def cancel(work: Work, *, job: JobId, by: Viewer, at: Moment) -> Job:
    """End a job of a document now, whoever works on it."""
    found = (await work.jobs.get_many([job])).get(job)
    if found is None or found.kind is not JobKind.PROCESSING:
        raise JobMissing(job)
    granted = await work.access.permissions([found.notebook], of=by.user)
    access.demand(by.within(granted.get(found.notebook)), Permission.WRITE, missing=JobMissing(job))
    cancelled = await jobs.cancel(work, id=job, at=at)
    failure = Failure(code="JOB_CANCELLED", message="Its processing was cancelled.")
    await _ended(work, cancelled, failure, at=at)
    return cancelled


async def visible_jobs(work: Work, ids: Collection[JobId], *, by: Viewer) -> Mapping[JobId, Job]:
    """Those of the jobs whose notebook *by* may read, by id."""
    found = await work.jobs.get_many(ids)
    granted = await work.access.permissions({job.notebook for job in found.values()}, of=by.user)
    return {id: job for id, job in found.items() if job.notebook in granted}


async def jobs_of_notebook(work: Work, *, notebook: NotebookId, live: bool, by: Viewer) -> Sequence[Job]:
    """The latest jobs of a notebook that *by* may read, the latest first."""
    granted = await work.access.permissions([notebook], of=by.user)
    return await work.jobs.about(notebook, live=live) if notebook in granted else []


async def jobs_of_document(work: Work, *, document: DocumentId, by: Viewer) -> Sequence[Job]:
    """The jobs of a document that *by* may read, the latest first."""
    seen = await work.documents.get_many([document], by=by)
    return await work.jobs.about(document) if document in seen else []


async def cease(work: Work, id: DocumentId, *, at: Moment) -> None:
    """Have whoever works on a document stop."""
    for job in await work.jobs.about(id, live=True):
        with suppress(JobOver):  # it may have ended just now
            await jobs.cancel(work, id=job.id, at=at)


async def begin(work: Work, *, job: JobId, attempt: int, at: Moment) -> tuple[Document, Job] | None:
    """The document of a job that was taken up, and where it stopped; doing it twice changes nothing.

    While the document shows another version than is to be processed, it is given with what it will be.

    None if the document is gone, which ends the job.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    claimed = await jobs.fenced(work, id=job, attempt=attempt)
    id = DocumentId(claimed.subject)
    if (document := (await work.documents.lock([id])).get(id)) is None:
        await jobs.finish(work, id=job, attempt=attempt, status=JobStatus.CANCELLED, failure=None, at=at)
        return None
    if (version := await coming(work, document)) is not None:
        await work.versions.put(version.begun())
        return staged(document, version), claimed
    await work.documents.put(begun := document.begun(now=at.now))
    return begun, claimed


async def keep_understanding(
    work: Work,
    understanding: Understanding,
    findings: Sequence[Finding] = (),
    *,
    job: JobId,
    attempt: int,
    at: Moment,
) -> Document:
    """Commit what extraction found, and what of it is sensitive, and go on to chunking.

    What is sensitive in a version that is not shown is noted when it is.
    """
    advanced = await jobs.advance(work, id=job, attempt=attempt, stage="chunk", at=at)
    live = await _live(work, advanced)
    if (version := await coming(work, live)) is not None:
        await work.versions.put(version := version.understood(understanding))
        return staged(live, version)
    document = live.understood(understanding, findings, now=at.now)
    await work.findings.replace(document.id, findings)
    await work.documents.put(document)
    return document


async def keep_chunks(
    work: Work, chunks: Sequence[Chunk], *, job: JobId, attempt: int, at: Moment
) -> Document:
    """Commit the chunks, which makes the document's words findable, and go on to embedding."""
    advanced = await jobs.advance(work, id=job, attempt=attempt, stage="embed", at=at)
    document = (await _live(work, advanced)).chunked(len(chunks), now=at.now)
    await work.chunks.replace(document.id, chunks)
    await work.documents.put(document)
    return document


async def show(
    work: Work,
    chunks: Sequence[Chunk],
    findings: Sequence[Finding],
    *,
    job: JobId,
    attempt: int,
    at: Moment,
) -> Document:
    """Commit that the document shows the version that was processed, all that is found of it at once."""
    advanced = await jobs.advance(work, id=job, attempt=attempt, stage="index", at=at)
    live = await _live(work, advanced)
    if (version := await coming(work, live)) is None:
        raise AttemptOver(job, attempt)
    await noted(work, live)
    await work.versions.put(version.completed())
    document = exchanged(live, version, findings, chunks=len(chunks), now=at.now)
    await work.versions.show(document)
    await work.documents.put(document)
    await work.findings.replace(document.id, findings)
    await work.chunks.replace(document.id, chunks)
    return document


async def complete(work: Work, *, job: JobId, attempt: int, at: Moment) -> Document:
    """Commit that the document is understood and indexed."""
    finished = await jobs.finish(
        work, id=job, attempt=attempt, status=JobStatus.COMPLETED, failure=None, at=at
    )
    document = (await _live(work, finished)).completed(now=at.now)
    await work.documents.put(document)
    return document


async def fail(work: Work, failure: Failure, *, job: JobId, attempt: int, at: Moment) -> None:
    """Commit why processing made nothing of the document."""
    failed = await jobs.finish(work, id=job, attempt=attempt, status=JobStatus.FAILED, failure=failure, at=at)
    await _ended(work, failed, failure, at=at)


async def strand(work: Work, *, job: JobId, attempt: int, at: Moment) -> Job | None:
    """Give a job back whose worker for *attempt* is gone: the next attempt, or the end of it.

    None if it was not stranded after all.
    """
    stranded = await jobs.strand(work, id=job, attempt=attempt, at=at)
    if stranded is not None and stranded.failure is not None:
        await _ended(work, stranded, stranded.failure, at=at)
    return stranded


async def get_many(
    work: Work, ids: Collection[DocumentId], *, by: Viewer
) -> Mapping[DocumentId, SeenDocument]:
    """Those of the documents that *by* may read, by id."""
    return await work.documents.get_many(ids, by=by)


async def page(
    work: Work,
    *,
    notebook: NotebookId,
    status: ProcessingStatus | None,
    order: DocumentOrder,
    part: Slice,
    by: Viewer,
) -> Page[SeenDocument]:
    """A page of the documents directly in *notebook*."""
    return await work.documents.page(notebook, status=status, order=order, part=part, by=by)


async def chunks(work: Work, *, document: DocumentId, part: Slice, by: Viewer) -> Page[Chunk]:
    """A page of the chunks of *document*, in order."""
    return await work.chunks.page(document, part=part, by=by)


async def chunks_by_id(work: Work, ids: Collection[ChunkId], *, by: Viewer) -> Mapping[ChunkId, Chunk]:
    """Those of the chunks that *by* may read, by id."""
    return await work.chunks.get_many(ids, by=by)


async def findings(work: Work, *, document: DocumentId, part: Slice, by: Viewer) -> Page[Finding]:
    """A page of what is sensitive in *document*, in order, for whoever may read it."""
    return await work.findings.page(document, part=part, by=by)


async def findings_by_id(
    work: Work, ids: Collection[FindingId], *, by: Viewer
) -> Mapping[FindingId, Finding]:
    """Those of the findings that *by* may read, by id."""
    return await work.findings.get_many(ids, by=by)


async def chunks_to_index(work: Work, *, document: DocumentId) -> Sequence[Chunk]:
    """Every chunk of *document*, in order, for whoever indexes it."""
    return await work.chunks.of_document(document)


Paths = Mapping[DocumentId, tuple[NotebookId, ...] | None]
"""Where documents lie, from the top down; none where they are deleted."""


async def places(work: Work, job: Job) -> Paths:
    """Where each document lies that *job* indexes anew; those long deleted are left out."""
    if job.subject == job.notebook:
        return await work.documents.below(NotebookId(job.notebook))
    id, notebook = DocumentId(job.subject), NotebookId(job.notebook)
    live = id in await work.documents.lock([id])
    return {id: await path_of(work, notebook=notebook) if live else None}


async def place(work: Work, paths: Paths, *, job: JobId, attempt: int) -> None:
    """Note where documents lie, for whoever finds them by their words.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    await jobs.fenced(work, id=job, attempt=attempt)
    await work.chunks.place(paths)


async def revive(work: Work, job: Job, *, at: Moment) -> Sequence[Job]:
    """Have those documents below a job's notebook processed that wait for nobody.

    Their jobs ended when they were deleted; now they are back.
    """
    waiting = await work.documents.unprocessed(NotebookId(job.notebook))
    return [
        await jobs.ask(work, _job(document, tenant=job.tenant, by=job.created_by, at=at), at=at)
        for document in waiting
        if not await work.jobs.about(document.id, live=True)
    ]


async def path_of(work: Work, *, notebook: NotebookId) -> tuple[NotebookId, ...]:
    """The notebooks from the top down to *notebook*, itself included."""
    return (*await work.trees.above(notebook), notebook)


def _job(
    document: Document,
    *,
    tenant: TenantId,
    priority: JobPriority = JobPriority.NORMAL,
    by: UserId,
    at: Moment,
) -> Job:
    return Job.new(
        JobKind.PROCESSING,
        subject=document.id,
        notebook=document.notebook,
        tenant=tenant,
        priority=priority,
        by=by,
        at=at,
    )


async def process(
    work: Work, document: Document, *, priority: JobPriority = JobPriority.NORMAL, by: Viewer, at: Moment
) -> Job:
    """Have the latest version of a document processed."""
    job = _job(document, tenant=by.tenant, priority=priority, by=by.user, at=at)
    return await jobs.ask(work, job, at=at)


async def opened(work: Work, id: DocumentId, *, by: Viewer) -> Document:
    """The live document, locked with its notebook, if *by* may write in it.

    Raises:
        DocumentMissing: It does not exist, or *by* may not know of it.
        PermissionMissing: *by* may only read it.
    """
    document = (await work.documents.lock([id])).get(id)
    if document is None:
        raise DocumentMissing(id)
    granted = await work.access.permissions([document.notebook], of=by.user)
    permission = by.within(granted.get(document.notebook))
    access.demand(permission, Permission.WRITE, missing=DocumentMissing(id))
    notebook = (await work.notebooks.lock([document.notebook])).get(document.notebook)
    if notebook is None:
        raise DocumentMissing(id)
    notebook.open()
    return document


async def _live(work: Work, job: Job) -> Document:
    id = DocumentId(job.subject)
    if (document := (await work.documents.lock([id])).get(id)) is None:
        raise AttemptOver(job.id, job.attempt)
    return document


async def _ended(work: Work, job: Job, failure: Failure, *, at: Moment) -> None:
    id = DocumentId(job.subject)
    if job.kind is JobKind.PROCESSING and (document := (await work.documents.lock([id])).get(id)):
        if (version := await coming(work, document)) is not None:
            await work.versions.put(version.failed(failure))
        else:
            await work.documents.put(document.failed(failure, now=at.now))
