"""Looking at documents, at what is understood of them, and at the jobs that work on them."""

from collections.abc import Collection, Mapping, Sequence

from aether.domain.documents.entity import (
    Chunk,
    ChunkId,
    DocumentId,
    Finding,
    FindingId,
    ProcessingStatus,
    SeenDocument,
)
from aether.domain.documents.ports import DocumentOrder, Work
from aether.domain.jobs import (
    Job,
    JobId,
)
from aether.domain.notebooks import NotebookId
from aether.domain.pages import Page, Slice
from aether.domain.viewers import Viewer


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
