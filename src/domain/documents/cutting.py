"""Cutting a document anew: its chunks are added and dropped some at a time, and shown at once.

Each word of a chunk is an entry in an index, so that all chunks of a long text are too many for one
transaction. Those of one cut are a generation; a document shows one of them, and the rest is unseen
until it is dropped: by the job that cut it, or by the sweeper if that ended too early.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aether.domain import jobs
from aether.domain.documents.entity import CHUNKS_AT_ONCE, Chunk, Document, DocumentId
from aether.domain.documents.ports import Work
from aether.domain.jobs import AttemptOver, Job, JobId
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How far a document is cut anew.

    Attributes:
        generation: Names the cut; empty if none of its chunks was added before.
        added: How many of its chunks were, from the first on.
    """

    generation: str
    added: int


UNCUT = Cut(generation="", added=0)


async def add_chunks(
    work: Work, chunks: Sequence[Chunk], *, generation: str, job: JobId, attempt: int
) -> None:
    """Add some of the chunks of a cut, which the document does not show yet.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    document = await worked_on(work, await jobs.fenced(work, id=job, attempt=attempt))
    await work.chunks.litter(document.id, littered=True)
    await work.chunks.add(document.id, chunks, generation=generation)


async def cut_through(
    work: Work, document: Document, chunks: Sequence[Chunk], cut: Cut, *, at: Moment
) -> str:
    """Add what is left of *chunks*, and name the generation that *document* is to show now."""
    generation = cut.generation or at.id("generation", document.id)
    if document.chunk_count:
        await work.chunks.litter(document.id, littered=True)
    await work.chunks.add(document.id, chunks[cut.added :], generation=generation)
    return generation


async def drop_chunks(work: Work, *, job: JobId, attempt: int) -> bool:
    """Drop some chunks that the document of a job does not show; whether there may be more.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    return await _dropped(work, await worked_on(work, await jobs.fenced(work, id=job, attempt=attempt)))


async def littered(work: Work, *, limit: int) -> Mapping[DocumentId, TenantId]:
    """Documents of all tenants with chunks that they do not show, though nobody works on them."""
    return await work.chunks.littered(limit=limit)


async def tidy(work: Work, *, id: DocumentId) -> bool:
    """Drop some chunks that a document does not show, if nobody works on it; whether there may be more."""
    document = (await work.documents.lock([id])).get(id)
    if document is None or await work.jobs.about(id, live=True):
        return False
    return await _dropped(work, document)


async def worked_on(work: Work, job: Job) -> Document:
    """The document of a job, locked.

    Raises:
        AttemptOver: It is gone.
    """
    id = DocumentId(job.subject)
    if (document := (await work.documents.lock([id])).get(id)) is None:
        raise AttemptOver(job.id, job.attempt)
    return document


async def _dropped(work: Work, document: Document) -> bool:
    dropped = await work.chunks.drop(document.id, but=document.generation, limit=CHUNKS_AT_ONCE)
    if dropped < CHUNKS_AT_ONCE:
        await work.chunks.litter(document.id, littered=False)
        return False
    return True
