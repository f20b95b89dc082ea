"""Where documents lie, as whatever finds them knows it."""

from collections.abc import Mapping

from aether.domain import jobs
from aether.domain.documents.entity import (
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


async def path_of(work: Work, *, notebook: NotebookId) -> tuple[NotebookId, ...]:
    """The notebooks from the top down to *notebook*, itself included."""
    return (*await work.trees.above(notebook), notebook)
