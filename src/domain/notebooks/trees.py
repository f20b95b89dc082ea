"""Moving notebooks, deleting them with all below them, and bringing them back."""

from aether.domain.access import Permission
from aether.domain.jobs import reindex
from aether.domain.moments import Moment
from aether.domain.notebooks.entity import (
    DEPTH_MOST,
    SUBTREE_MOST,
    Notebook,
    NotebookCycle,
    NotebookId,
    NotebookMissing,
    NotebookTooLarge,
)
from aether.domain.notebooks.keeping import place
from aether.domain.notebooks.ports import Work, opened, tell, unheld
from aether.domain.viewers import Viewer


async def move(
    work: Work, *, id: NotebookId, to: NotebookId | None, version: int | None, by: Viewer, at: Moment
) -> Notebook:
    """Move a notebook, with all below it, into another one or to the top.

    Rights flow down, so a move changes who may see what: it takes an admin's permission.

    Raises:
        NotebookCycle: *to* is the notebook itself or lies below it.
    """
    await work.trees.lock([id] if to is None else [id, to])
    notebook = (await opened(work, id, by=by, wanted=Permission.ADMIN)).at_version(version).open()
    if notebook.parent == to:
        return notebook
    below = await work.trees.below(id)
    if len(below) > SUBTREE_MOST:
        raise NotebookTooLarge(id)
    if to in {branch.id for branch in below}:
        raise NotebookCycle(id)
    await unheld(work, await work.trees.above(id))
    if to is not None:
        await place(work, to, levels=1 + max(branch.depth for branch in below), by=by)
    moved = notebook.under(to, now=at.now)
    await work.trees.hang(id, under=to)
    await work.notebooks.put(moved)
    await tell(work, id, "notebook_moved", by=by, at=at, parent=to, version=moved.version)
    await reindex(work, notebook=id, by=by.user, tenant=by.tenant, at=at)
    return moved


async def remove(work: Work, *, id: NotebookId, version: int | None, by: Viewer, at: Moment) -> Notebook:
    """Delete a notebook and all below it, so that its owner can bring it back.

    Raises:
        NotebookHeld: It, or one below it, is under legal hold.
    """
    await work.trees.lock([id])
    notebook = (await opened(work, id, by=by, wanted=Permission.ADMIN)).at_version(version)
    ids = [branch.id for branch in await work.trees.below(id)]
    if len(ids) > SUBTREE_MOST:
        raise NotebookTooLarge(id)
    await work.notebooks.lock(ids)
    await unheld(work, [*await work.trees.above(id), *ids])
    await tell(work, id, "notebook_deleted", by=by, at=at, name=notebook.name)
    await work.trees.remove(ids, deletion=at.id("deletion", id), by=by.user, at=at)
    await reindex(work, notebook=id, by=by.user, tenant=by.tenant, at=at)
    return notebook


async def restore(work: Work, *, id: NotebookId, by: Viewer, at: Moment) -> Notebook:
    """Bring a deleted notebook back, with all below it that was deleted with it.

    It comes back where it was, or at the top if that place is gone, or lies too deep by now.

    Raises:
        NotebookMissing: It is not in *by*'s trash.
    """
    by.creates()
    await work.trees.lock([id])
    trashed = await work.trees.trashed(id, of=by.user)
    if trashed is None or trashed.deletion is None:
        raise NotebookMissing(id)
    below = await work.trees.below(id, deletion=trashed.deletion)
    levels = 1 + max((branch.depth for branch in below), default=0)
    if trashed.parent is not None and not await _fits(work, trashed.parent, levels=levels):
        await work.trees.hang(id, under=None)
    back = await work.trees.restore([branch.id for branch in below], deletion=trashed.deletion, at=at)
    if id not in back:
        raise NotebookMissing(id)
    await tell(work, id, "notebook_restored", by=by, at=at)
    await reindex(work, notebook=id, by=by.user, tenant=by.tenant, at=at)
    return (await work.notebooks.get_many([id]))[id]


async def _fits(work: Work, parent: NotebookId, *, levels: int) -> bool:
    """Whether *parent* lives, and has room for so many *levels* below it."""
    lives = parent in await work.notebooks.get_many([parent])
    return lives and len(await work.trees.above(parent)) + 1 + levels <= DEPTH_MOST
