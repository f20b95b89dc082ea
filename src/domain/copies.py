"""Copies: a notebook once more, with all below it that the viewer sees.

A duplicate lies beside the original, or wherever its maker may write; a fork lies at the
top of its maker's own notebooks and remembers where it came from. Documents are copied
with their bytes, which are kept once, and are understood anew; what carries a virus stays behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from aether.domain import access, checks, documents, jobs, notebooks
from aether.domain.access import Permission
from aether.domain.blobs import Blob
from aether.domain.documents import (
    Arrival,
    Document,
    DocumentId,
    DocumentMissing,
    DocumentOrder,
    DocumentQuarantined,
    SeenDocument,
)
from aether.domain.errors import Invalid
from aether.domain.jobs import JobPriority
from aether.domain.moments import Moment
from aether.domain.notebooks import (
    SUBTREE_MOST,
    Branch,
    Draft,
    Notebook,
    NotebookId,
    NotebookMissing,
    NotebookTooLarge,
)
from aether.domain.pages import MOST, Slice
from aether.domain.viewers import Viewer

DOCUMENTS_MOST = 1_000
"""The most documents that one copy takes along."""
REASON_MOST = 1_000


class TooManyDocuments(Invalid):
    """There are more documents in the original than one copy takes along."""

    code = "TOO_MANY_DOCUMENTS"


class Work(documents.Work, Protocol):
    """A transaction in which notebooks are copied with their documents."""


async def duplicate(
    work: Work,
    *,
    id: NotebookId,
    parent: NotebookId | None,
    name: str | None,
    with_documents: bool,
    by: Viewer,
    at: Moment,
) -> Notebook:
    """Copy a notebook into *parent*, or to the top."""
    return await _copied(work, id, parent=parent, name=name, with_documents=with_documents, by=by, at=at)


async def fork(
    work: Work, *, id: NotebookId, name: str | None, reason: str, by: Viewer, at: Moment
) -> Notebook:
    """Copy a notebook with its documents to one's own, and remember where it came from."""
    why = checks.prose(reason, field="reason", most=REASON_MOST)
    forked = await _copied(work, id, parent=None, name=name, with_documents=True, by=by, at=at)
    await work.notebooks.forked(id, into=forked.id, by=by.user, reason=why, at=at)
    await notebooks.tell(work, id, "notebook_forked", by=by, at=at)
    return forked


async def copy_document(
    work: Work,
    *,
    id: DocumentId,
    notebook: NotebookId,
    name: str | None,
    waiting: int = jobs.WAITING_MOST,
    by: Viewer,
    at: Moment,
) -> Document:
    """Copy a document that *by* may read, as it is shown, into a notebook where *by* may write.

    Raises:
        DocumentMissing: There is none, or *by* may not know of it.
        DocumentQuarantined: It was found to carry a virus.
        QueueFull: *waiting* jobs of its tenant are open.
    """
    by.creates()
    # Locked, since who erases it now would take the bytes of its copy, and a move changes who may read it.
    original = (await work.documents.lock([id])).get(id)
    if original is None or id not in await work.documents.get_many([id], by=by):
        raise DocumentMissing(id)
    if original.infected:
        raise DocumentQuarantined(id)
    await jobs.admit(work, most=waiting)
    into = (await notebooks.opened(work, notebook, by=by, wanted=Permission.WRITE)).open()
    copy = _copy(original, into=into.id, by=by, at=at)
    if name is not None:
        copy = replace(copy, name=copy.renamed(name, now=at.now).name)
    await work.documents.add([copy])
    await notebooks.tell(
        work, into.id, "document_added", by=by, at=at, document=copy.id, name=copy.name, copied_from=id
    )
    await documents.process(work, copy, priority=JobPriority.NORMAL, by=by, at=at)
    return copy


async def _copied(
    work: Work,
    id: NotebookId,
    *,
    parent: NotebookId | None,
    name: str | None,
    with_documents: bool,
    by: Viewer,
    at: Moment,
) -> Notebook:
    by.creates()
    originals = await _readable(work, id, by=by)
    if parent is not None:
        levels = 1 + max(branch.depth for branch, _ in originals)
        await notebooks.place(work, parent, levels=levels, by=by)
    copies = _copies(originals, parent=parent, name=name, by=by, at=at)
    await work.notebooks.add(list(copies.values()))
    top = copies[id]
    await notebooks.tell(work, top.id, "notebook_created", by=by, at=at, name=top.name, copied_from=id)
    if with_documents:
        await _copy_documents(work, copies, by=by, at=at)
    return top


async def _readable(work: Work, id: NotebookId, *, by: Viewer) -> Sequence[tuple[Branch, Notebook]]:
    granted = await work.access.permissions([id], of=by.user)
    access.demand(granted.get(id), Permission.READ, missing=NotebookMissing(id))
    branches = await work.trees.below(id)
    if len(branches) > SUBTREE_MOST:
        raise NotebookTooLarge(id)
    found = await work.notebooks.get_many([branch.id for branch in branches])
    return [(branch, found[branch.id]) for branch in branches if branch.id in found]


def _copies(
    originals: Sequence[tuple[Branch, Notebook]],
    *,
    parent: NotebookId | None,
    name: str | None,
    by: Viewer,
    at: Moment,
) -> Mapping[NotebookId, Notebook]:
    copies: dict[NotebookId, Notebook] = {}
    for branch, original in originals:
        above = copies.get(branch.parent) if branch.parent is not None and copies else None
        copies[branch.id] = Notebook.new(
            Draft(
                name=name if name and not copies else original.name,
                description=original.description,
                tags=original.tags,
                compliance=replace(original.compliance, legal_hold=False),
            ),
            id=NotebookId(at.id("notebook", "copy", branch.id)),
            tenant=by.tenant,
            owner=by.user,
            parent=above.id if above else parent,
            now=at.now,
        )
    return copies


async def _copy_documents(
    work: Work, copies: Mapping[NotebookId, Notebook], *, by: Viewer, at: Moment
) -> None:
    into: dict[DocumentId, NotebookId] = {}
    for original in copies:
        into |= {seen.document.id: original for seen in await _documents(work, original, by=by)}
        if len(into) > DOCUMENTS_MOST:
            raise TooManyDocuments(
                f"A copy takes at most {DOCUMENTS_MOST} documents along.", field="with_documents"
            )
    # Locked, since who erases one now would take the bytes of its copy; what was moved meanwhile stays out.
    found = await work.documents.lock(into)
    made = [
        _copy(found[id], into=copies[place].id, by=by, at=at)
        for id, place in into.items()
        if id in found and found[id].notebook == place and not found[id].infected
    ]
    await work.documents.add(made)
    for document in made:
        await documents.process(work, document, priority=JobPriority.LOW, by=by, at=at)


async def _documents(work: Work, notebook: NotebookId, *, by: Viewer) -> list[SeenDocument]:
    found: list[SeenDocument] = []
    part = Slice(first=MOST)
    while True:
        page = await work.documents.page(notebook, status=None, order=DocumentOrder.NAME, part=part, by=by)
        found += [seen for seen, _ in page.items]
        if not page.has_next or len(found) > DOCUMENTS_MOST:
            return found
        part = Slice(first=MOST, after=page.items[-1][1])


def _copy(original: Document, *, into: NotebookId, by: Viewer, at: Moment) -> Document:
    blob = Blob(key=original.blob, size=original.file_size, sha256=original.file_hash)
    arrival = Arrival(filename=original.original_filename, declared_type=original.declared_type, blob=blob)
    copied = Document.new(
        arrival,
        id=DocumentId(at.id("document", "copy", original.id)),
        tenant=by.tenant,
        notebook=into,
        by=by.user,
        now=at.now,
    )
    return replace(copied, name=original.name)
