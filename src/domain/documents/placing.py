"""Where documents lie, as whatever finds them knows it."""

from collections.abc import Collection, Mapping

from aether.domain import jobs
from aether.domain.documents.entity import (
    CHUNKS_AT_ONCE,
    DocumentId,
)
from aether.domain.documents.ports import Work
from aether.domain.jobs import (
    Job,
    JobId,
)
from aether.domain.notebooks import NotebookId

Paths = Mapping[DocumentId, tuple[NotebookId, ...] | None]
"""Where documents lie, from the top down; none where they are deleted."""


async def places(work: Work, job: Job, *, known: Collection[DocumentId] = ()) -> Paths:
    """Where each document lies that *job* indexes anew; those long deleted are left out.

    Those *known* to it are told too: they may have been moved out of the notebook while it indexed them.
    """
    if job.subject == job.notebook:
        below = await work.places.below(NotebookId(job.notebook))
        return {**below, **await _lying(work, [id for id in known if id not in below])}
    return await _lying(work, [DocumentId(job.subject)])


async def place(work: Work, paths: Paths, *, job: JobId, attempt: int) -> None:
    """Note where documents lie, for whoever finds them by their words; their chunks are to follow.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    await jobs.fenced(work, id=job, attempt=attempt)
    await work.places.place(paths)


async def place_chunks(work: Work, ids: Collection[DocumentId], *, job: JobId, attempt: int) -> bool:
    """Have some chunks follow their documents; whether others may have to.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    await jobs.fenced(work, id=job, attempt=attempt)
    return await work.places.place_some(ids, limit=CHUNKS_AT_ONCE) == CHUNKS_AT_ONCE


async def path_of(work: Work, *, notebook: NotebookId) -> tuple[NotebookId, ...]:
    """The notebooks from the top down to *notebook*, itself included."""
    return (*await work.trees.above(notebook), notebook)


async def home(work: Work, *, document: DocumentId) -> tuple[NotebookId, ...]:
    """The notebooks from the top down to where a document lies now; empty where it is deleted."""
    return (await work.places.paths([document])).get(document) or ()


async def _lying(work: Work, ids: Collection[DocumentId]) -> Paths:
    """Where documents lie that nobody changes until this transaction ends."""
    if not ids:
        return {}
    await work.documents.lock(ids)
    return {**dict.fromkeys(ids), **await work.places.paths(ids)}
