"""Orphans: what one store keeps though the other has lost what it belongs to.

Stores cannot be changed in one step together. Aether writes so that a crash leaves too much and
not too little, and erases what it left; some of it may slip through all the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from aether.domain import documents, jobs
from aether.domain.blobs import BlobKey
from aether.domain.documents import DocumentId
from aether.domain.jobs import Job, JobKind
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.vectors import Stored

SHOWN = 5
AT_A_TIME = 1_000


class OrphanKind(StrEnum):
    """What is kept without what it belongs to."""

    BLOB = "blobs without a document"
    DOCUMENT = "documents without their blobs"
    CHUNK_UNINDEXED = "chunks without vectors"
    VECTOR = "vectors without chunks"
    CHUNK = "chunks without a document"
    FINDING = "findings without a document"
    VERSION = "versions without a document"


@dataclass(slots=True, kw_only=True)
class Found:
    """The orphans of one kind.

    Attributes:
        many: How many there are.
        first: The ids of the first few.
        mended: How many were removed, or are being made whole.
    """

    kind: OrphanKind
    many: int = 0
    first: list[str] = field(default_factory=list)
    mended: int = 0

    def note(self, ids: Collection[str]) -> None:
        """Count *ids*."""
        self.many += len(ids)
        self.first += list(ids)[: SHOWN - len(self.first)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a document in the graph.

    Attributes:
        owned: Whether it hangs on its document.
    """

    id: str
    tenant: TenantId
    document: str
    owned: bool


class Orphans(Protocol):
    """Where orphans are looked for in the graph, in all tenants."""

    async def parts(self, kind: OrphanKind, *, after: str) -> Sequence[Part]:
        """A page of the chunks, findings or versions, by their ids."""
        ...

    async def erase(self, kind: OrphanKind, ids: Collection[str]) -> int:
        """Erase those of the parts that hang on nothing; tells how many that were."""
        ...

    async def documents(self, *, after: str) -> Mapping[DocumentId, Collection[BlobKey]]:
        """A page of the documents, by their ids, with the blobs that they point to."""
        ...

    async def indexed(self, chunks: Collection[str]) -> Sequence[Stored]:
        """Those of the chunks that must have vectors."""
        ...

    async def vectored(self, chunks: Collection[str]) -> Collection[str]:
        """Those of the chunks that exist and are to have vectors."""
        ...

    async def busy(self, ids: Collection[str], *, since: datetime) -> Collection[str]:
        """Those of the documents that changed since then, or are worked on."""
        ...


class Work(documents.Work, Protocol):
    """A transaction in which orphans are looked for."""

    @property
    def orphans(self) -> Orphans:
        """Where they are looked for."""
        ...


async def parts(work: Work, kind: OrphanKind, *, after: str) -> Sequence[Part]:
    """A page of the chunks, findings or versions of all tenants."""
    return await work.orphans.parts(kind, after=after)


async def erase(work: Work, kind: OrphanKind, *, ids: Collection[str]) -> int:
    """Erase those of the parts that hang on nothing."""
    return await work.orphans.erase(kind, ids)


async def blobs_of(work: Work, *, after: str) -> Mapping[DocumentId, Collection[BlobKey]]:
    """A page of the documents of all tenants, with the blobs that they point to."""
    return await work.orphans.documents(after=after)


async def indexed(work: Work, *, chunks: Collection[str]) -> Sequence[Stored]:
    """Those of the chunks that must have vectors."""
    return await work.orphans.indexed(chunks)


async def strays(work: Work, *, vectors: Sequence[Stored], since: datetime) -> Sequence[Stored]:
    """Those of the vectors that no chunk is to have, nor a document that may yet get it."""
    vectored = await work.orphans.vectored([it.id for it in vectors])
    left = [it for it in vectors if it.id not in vectored]
    busy = await work.orphans.busy(list({it.document for it in left}), since=since)
    return [it for it in left if it.document not in busy]


async def resting(work: Work, *, ids: Collection[str], since: datetime) -> Collection[str]:
    """Those of the documents on which nobody works, and that have not changed since then."""
    return set(ids) - set(await work.orphans.busy(ids, since=since))


async def reprocess(work: Work, *, id: DocumentId, tenant: TenantId, at: Moment) -> bool:
    """Have a document processed once more, unless it is being processed; tells whether it will be."""
    document = (await work.documents.lock([id])).get(id)
    if document is None or await work.jobs.about(id, live=True):
        return False
    notebook, by = document.notebook, document.uploaded_by
    job = Job.new(JobKind.PROCESSING, subject=id, notebook=notebook, tenant=tenant, by=by, at=at)
    await jobs.ask(work, job, at=at)
    return True
