"""Trash: what was deleted and can be brought back, and how it is erased for good.

A document that was deleted by itself lies in the trash of those who administer its notebook, and
of who deleted it. Erasing leaves nothing in the graph but who did what; its vectors, and the blobs
to which nothing else points, follow as leftovers, noted in the same transaction. What is under
legal hold is not erased, however long it has lain there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol

from aether.domain import access, documents, jobs, notebooks
from aether.domain.access import Permission
from aether.domain.blobs import BlobKey
from aether.domain.documents import CHUNKS_AT_ONCE, Document, DocumentId, DocumentMissing
from aether.domain.moments import Moment
from aether.domain.notebooks import Filter, NotebookHeld, NotebookId, NotebookMissing, Order, Shelf
from aether.domain.pages import MOST, Page, Slice
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.viewers import Viewer

LeftoverId = NewType("LeftoverId", str)

SETTLED = timedelta(hours=1)
"""How long bytes may be kept before something points to them; younger blobs are not removed."""


class LeftoverKind(StrEnum):
    """What a document can leave outside the graph."""

    BLOB = "blob"
    VECTORS = "vectors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trashed:
    """A document that was deleted by itself.

    Attributes:
        permission: What the viewer may do to its notebook; none where nobody in particular asks.
    """

    document: Document
    deleted_by: UserId
    deleted_at: datetime
    permission: Permission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A document or a notebook that is to be erased."""

    id: str
    tenant: TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What an erased document left outside the graph.

    Attributes:
        key: The key of the blob, or the id of the document whose vectors they are.
    """

    id: LeftoverId
    tenant: TenantId
    kind: LeftoverKind
    key: str


class Trash(Protocol):
    """Where deleted things are kept until they are erased."""

    async def page(self, *, part: Slice, by: Viewer) -> Page[Trashed]:
        """A page of the documents that *by* may bring back, the latest deleted first."""
        ...

    async def lock(self, id: DocumentId) -> Trashed | None:
        """The document, if it was deleted by itself; nobody else changes it until this transaction ends."""
        ...

    async def restore(self, id: DocumentId) -> None:
        """Bring the document back where it was, and count it again."""
        ...

    async def give_up(self, ids: Collection[DocumentId], *, deletions: Collection[str]) -> int:
        """Let nobody bring these documents back, nor the notebooks of these deletions; tells how many."""
        ...


class Erasures(Protocol):
    """How deleted things are erased."""

    async def due(
        self, *, before: datetime | None, skip: tuple[int, int], limit: int
    ) -> tuple[Sequence[Due], Sequence[Due]]:
        """Documents and notebooks of all tenants that were deleted before then, or given up, the first so."""
        ...

    async def documents_in(self, notebook: NotebookId, *, limit: int) -> Sequence[DocumentId]:
        """Some of the documents in a deleted notebook."""
        ...

    async def document(self, id: DocumentId, *, before: datetime | None) -> NotebookId | None:
        """The notebook of a document that is due, both locked; none if it is not due, or gone."""
        ...

    async def notebook(self, id: NotebookId, *, before: datetime | None) -> bool:
        """Whether a notebook is due and empty; it is locked."""
        ...

    async def erase_document(self, id: DocumentId, *, notebook: NotebookId) -> Sequence[BlobKey]:
        """Erase the document with all that hangs on it; gives the blobs to which it pointed."""
        ...

    async def erase_notebook(self, id: NotebookId) -> None:
        """Erase the notebook, which is empty."""
        ...


class Leftovers(Protocol):
    """What erased documents left outside the graph."""

    async def add(self, leftovers: Sequence[Leftover], *, at: Moment) -> None:
        """Note leftovers, due now."""
        ...

    async def due(self, *, now: datetime, limit: int) -> Sequence[Leftover]:
        """Leftovers of all tenants that are due, the longest due first."""
        ...

    async def postpone(self, id: LeftoverId, *, to: datetime) -> None:
        """Have the leftover due later."""
        ...

    async def forget(self, id: LeftoverId) -> None:
        """Forget the leftover."""
        ...

    async def pointed(self, keys: Collection[BlobKey]) -> Collection[BlobKey]:
        """Those of the blobs to which something points, in any tenant."""
        ...


class Work(documents.Work, Protocol):
    """A transaction in which things are brought back or erased."""

    @property
    def trash(self) -> Trash:
        """What was deleted."""
        ...

    @property
    def erasures(self) -> Erasures:
        """How it is erased."""
        ...

    @property
    def leftovers(self) -> Leftovers:
        """What is left of it."""
        ...


async def page(work: Work, *, part: Slice, by: Viewer) -> Page[Trashed]:
    """A page of the documents that *by* may bring back, the latest deleted first."""
    return await work.trash.page(part=part, by=by)


async def restore(work: Work, *, id: DocumentId, by: Viewer, at: Moment) -> Document:
    """Bring a document back that was deleted by itself, by whoever deleted it or administers there.

    Raises:
        DocumentMissing: It is not in *by*'s trash.
    """
    trashed = await _opened(work, id, wanted=Permission.WRITE, by=by)
    document = trashed.document
    notebook = (await work.notebooks.lock([document.notebook])).get(document.notebook)
    if notebook is None:
        raise DocumentMissing(id)
    notebook.open()
    await work.trash.restore(id)
    await notebooks.tell(
        work, notebook.id, "document_restored", by=by, at=at, document=id, name=document.name
    )
    await jobs.reindex(work, notebook=notebook.id, by=by.user, tenant=by.tenant, at=at)
    return document


async def purge(work: Work, *, id: DocumentId, by: Viewer, at: Moment) -> None:
    """Erase a document in *by*'s trash for good, which takes an admin's permission.

    Raises:
        DocumentMissing: It is not in *by*'s trash; what lives is deleted first.
        NotebookHeld: It is under legal hold.
    """
    document = (await _opened(work, id, wanted=Permission.ADMIN, by=by)).document
    await notebooks.unheld(work, await documents.path_of(work, notebook=document.notebook))
    await work.trash.give_up([id], deletions=[])  # what came in it is erased soon
    if await _shrunk(work, id):
        await _erased(work, id, notebook=document.notebook, tenant=by.tenant, at=at)
    await notebooks.tell(work, document.notebook, "document_purged", by=by, at=at, document=id)


async def purge_notebook(work: Work, *, id: NotebookId, by: Viewer) -> None:
    """Give a notebook in *by*'s trash up, with all that was deleted with it; it is erased soon.

    Raises:
        NotebookMissing: It is not in *by*'s trash.
        NotebookHeld: It lies below one under legal hold.
    """
    by.creates()
    await work.trees.lock([id])
    trashed = await work.trees.trashed(id, of=by.user)
    if trashed is None or trashed.deletion is None:
        raise NotebookMissing(id)
    access.demand(by.ceiling, Permission.ADMIN, missing=NotebookMissing(id))
    await notebooks.unheld(work, await work.trees.above(id))
    await work.trash.give_up([], deletions=[trashed.deletion])


async def empty(work: Work, *, by: Viewer) -> int:
    """Give up all that is in *by*'s trash where they administer, but for what is under legal hold.

    It is erased soon, and nobody can bring it back. Tells how many documents and notebooks it is.
    """
    by.creates()
    if by.ceiling < Permission.ADMIN:
        return 0
    gone = [
        each.document.id
        for each in await _documents(work, by=by)
        if each.permission is Permission.ADMIN and not await _held(work, each.document.notebook)
    ]
    deletions = [
        seen.notebook.deletion
        for seen in await _notebooks(work, by=by)
        if seen.notebook.deletion is not None and not await _held(work, seen.notebook.id)
    ]
    return await work.trash.give_up(gone, deletions=deletions)


async def due(
    work: Work, *, before: datetime | None, skip: tuple[int, int] = (0, 0), limit: int
) -> tuple[Sequence[Due], Sequence[Due]]:
    """Documents and notebooks of all tenants that were deleted before then, or given up.

    The longest due come first; *skip* of each are left out, such as those under legal hold.
    """
    return await work.erasures.due(before=before, skip=skip, limit=limit)


async def documents_in(work: Work, *, notebook: NotebookId, limit: int) -> Sequence[DocumentId]:
    """Some of the documents in a deleted notebook."""
    return await work.erasures.documents_in(notebook, limit=limit)


async def shrink(work: Work, *, id: DocumentId, before: datetime | None) -> bool:
    """Drop some chunks of a document that is due, and from then on is lost; whether there may be more."""
    notebook = await work.erasures.document(id, before=before)
    if notebook is None or await _held(work, notebook):
        return False
    await work.trash.give_up([id], deletions=[])
    return not await _shrunk(work, id)


async def erase(work: Work, *, id: DocumentId, before: datetime | None, tenant: TenantId, at: Moment) -> bool:
    """Erase a document that is due and shrunk, unless it is under legal hold; tells whether it is gone."""
    notebook = await work.erasures.document(id, before=before)
    if notebook is None or await _held(work, notebook):
        return False
    if not await _shrunk(work, id):
        return False
    await _erased(work, id, notebook=notebook, tenant=tenant, at=at)
    return True


async def erase_notebook(work: Work, *, id: NotebookId, before: datetime | None) -> bool:
    """Erase a notebook that is due and empty, unless it is under legal hold; tells whether it is gone."""
    if not await work.erasures.notebook(id, before=before) or await _held(work, id):
        return False
    await work.erasures.erase_notebook(id)
    return True


async def leftovers(work: Work, *, now: datetime, limit: int) -> Sequence[Leftover]:
    """What erased documents of all tenants left outside the graph."""
    return await work.leftovers.due(now=now, limit=limit)


async def pointed(work: Work, *, keys: Collection[BlobKey]) -> Collection[BlobKey]:
    """Those of the blobs to which something points, in any tenant."""
    return await work.leftovers.pointed(keys)


async def leave(work: Work, key: BlobKey, *, of: str, tenant: TenantId, at: Moment) -> None:
    """Note a blob that nobody needs any more; it is removed unless something points to it by then."""
    id = LeftoverId(at.id("leftover", of, key))
    await work.leftovers.add([Leftover(id=id, tenant=tenant, kind=LeftoverKind.BLOB, key=key)], at=at)


async def settled(work: Work, leftover: Leftover, *, again: datetime | None) -> None:
    """Forget a leftover, or look at it *again* then."""
    if again is None:
        await work.leftovers.forget(leftover.id)
    else:
        await work.leftovers.postpone(leftover.id, to=again)


async def _opened(work: Work, id: DocumentId, *, wanted: Permission, by: Viewer) -> Trashed:
    """The document, locked, if it is in *by*'s trash and they may do what is *wanted*."""
    trashed = await work.trash.lock(id)
    if trashed is None:
        raise DocumentMissing(id)
    notebook = trashed.document.notebook
    granted = (await work.access.permissions([notebook], of=by.user)).get(notebook)
    least = Permission.WRITE if trashed.deleted_by == by.user else Permission.ADMIN
    if granted is None or granted < least:
        raise DocumentMissing(id)
    access.demand(by.within(granted), wanted, missing=DocumentMissing(id))
    return trashed


async def _erased(work: Work, id: DocumentId, *, notebook: NotebookId, tenant: TenantId, at: Moment) -> None:
    await jobs.cease(work, id, at=at)
    await work.findings.replace(id, [])
    await work.containers.forgo(id)
    await work.absences.give_up(id)
    keys = await work.erasures.erase_document(id, notebook=notebook)
    left = [(LeftoverKind.VECTORS, str(id)), *((LeftoverKind.BLOB, str(key)) for key in keys)]
    rows = [
        Leftover(id=LeftoverId(at.id("leftover", id, key)), tenant=tenant, kind=kind, key=key)
        for kind, key in left
    ]
    await work.leftovers.add(rows, at=at)


async def _shrunk(work: Work, id: DocumentId) -> bool:
    """Drop some chunks of a document, shown or not; whether none are left."""
    return await work.chunks.drop(id, but=None, limit=CHUNKS_AT_ONCE) < CHUNKS_AT_ONCE


async def _held(work: Work, notebook: NotebookId) -> bool:
    try:
        await notebooks.unheld(work, await documents.path_of(work, notebook=notebook))
    except NotebookHeld:
        return True
    return False


async def _documents(work: Work, *, by: Viewer) -> list[Trashed]:
    found: list[Trashed] = []
    part = Slice(first=MOST)
    while True:
        listed = await work.trash.page(part=part, by=by)
        found += [each for each, _ in listed.items]
        if not listed.has_next:
            return found
        part = Slice(first=MOST, after=listed.items[-1][1])


async def _notebooks(work: Work, *, by: Viewer) -> list[notebooks.Seen]:
    found: list[notebooks.Seen] = []
    part, chosen = Slice(first=MOST), Filter(shelf=Shelf.TRASH)
    while True:
        listed = await work.shelves.page(chosen, order=Order.NAME, part=part, by=by)
        found += [each for each, _ in listed.items]
        if not listed.has_next:
            return found
        part = Slice(first=MOST, after=listed.items[-1][1])
