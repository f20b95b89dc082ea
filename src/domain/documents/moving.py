"""Moving documents to other notebooks, with what came in them.

What came in a document lies where that lies, so that rights are the same and versions can exchange it: it is
moved with that, in whatever state it is, and never by itself. What is moved is the same document, with its
versions, findings and jobs; who may see it changes, and nothing that was understood of it.
"""

from aether.domain import jobs, notebooks
from aether.domain.access import Permission
from aether.domain.documents.entity import Document, DocumentId, DocumentInside
from aether.domain.documents.keeping import opened
from aether.domain.documents.placing import path_of
from aether.domain.documents.ports import Work
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId
from aether.domain.viewers import Viewer


async def move(
    work: Work, *, id: DocumentId, to: NotebookId, version: int | None, by: Viewer, at: Moment
) -> Document:
    """Move a document, with what came in it, to a notebook; it takes the permission to write in both.

    Where it is already, nothing changes.

    Raises:
        DocumentInside: It came in another document, which is there still, be it in the trash.
        NotebookHeld: It lies under legal hold.
    """
    if (found := (await work.documents.lock([id])).get(id)) is not None:
        # Both at once, in the order in which all do: others may move something the other way.
        await work.notebooks.lock([found.notebook, to])
    document = (await opened(work, id, by=by)).at_version(version)
    if document.notebook == to:
        return document
    into = (await notebooks.opened(work, to, by=by, wanted=Permission.WRITE)).open()
    if document.inside is not None and (container := await work.containers.holder(id)) is not None:
        raise DocumentInside(id, container=container)
    await notebooks.unheld(work, await path_of(work, notebook=document.notebook))
    # None comes in it now: that would be counted in its notebook, which is locked.
    held = await work.absences.lock(id)
    moved = document.within(into.id, now=at.now)
    await work.places.move([id, *held], to=into.id, at=at)
    await work.documents.put(moved)
    await jobs.rehome(work, [id, *held], before=document.notebook, to=into.id, at=at)
    await _tell(work, document, moved, by=by, at=at)
    subject = None if held else id
    await jobs.reindex(work, notebook=into.id, subject=subject, by=by.user, tenant=by.tenant, at=at)
    return moved


async def _tell(work: Work, before: Document, after: Document, *, by: Viewer, at: Moment) -> None:
    of = {"document": after.id, "name": after.name}
    await notebooks.tell(work, before.notebook, "document_moved", by=by, at=at, **of, to=after.notebook)
    await notebooks.tell(
        work, after.notebook, "document_added", by=by, at=at, **of, moved_from=before.notebook
    )
