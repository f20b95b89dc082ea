"""Taking documents in, changing them, and having them processed."""

from collections.abc import Collection, Sequence

from aether.domain import access, jobs, notebooks
from aether.domain.access import Permission
from aether.domain.documents.entity import (
    Arrival,
    Document,
    DocumentBusy,
    DocumentId,
    DocumentMissing,
)
from aether.domain.documents.placing import path_of
from aether.domain.documents.ports import Work
from aether.domain.documents.reading import visible_jobs
from aether.domain.documents.understanding import ended
from aether.domain.jobs import (
    Failure,
    Job,
    JobId,
    JobKind,
    JobMissing,
    JobPriority,
)
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId, NotebookMissing
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
    deletion = at.id("deletion", id)
    await work.documents.remove(id, deletion=deletion, by=by.user, at=at)
    held = await work.containers.remove(id, deletion=deletion, by=by.user, at=at)
    await jobs.cease(work, id, *held, at=at)
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
    await ended(work, cancelled, failure, at=at)
    return cancelled


async def unprocessed(work: Work, ids: Collection[DocumentId]) -> Sequence[DocumentId]:
    """Those of the documents that live and are not processed, though nobody works on them.

    Their jobs ended when they were deleted, or they had none while their version was not shown; now
    they are there.
    """
    return await work.documents.unprocessed(ids)


async def revive(
    work: Work, job: Job, ids: Collection[DocumentId], *, together: int, at: Moment
) -> Sequence[Job]:
    """Have those of the documents processed on which nobody works, in the name of whoever asked for *job*.

    Of many that come *together* these may be only some; many let others go first.
    """
    # Others may be at it too: what they asked for is seen once the documents are locked.
    locked = await work.documents.lock(ids)
    priority = JobPriority.of(together)
    return [
        await jobs.ask(
            work, _job(locked[id], tenant=job.tenant, priority=priority, by=job.created_by, at=at), at=at
        )
        for id in await work.documents.unprocessed(ids)
        if id in locked
    ]


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


async def process(
    work: Work, document: Document, *, priority: JobPriority = JobPriority.NORMAL, by: Viewer, at: Moment
) -> Job:
    """Have the latest version of a document processed."""
    job = _job(document, tenant=by.tenant, priority=priority, by=by.user, at=at)
    return await jobs.ask(work, job, at=at)


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
