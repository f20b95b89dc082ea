"""Making a notebook, changing it, and marking it for oneself."""

from aether.domain import access, checks
from aether.domain.access import Permission
from aether.domain.compliance import ComplianceSettings
from aether.domain.moments import Moment
from aether.domain.notebooks.entity import (
    DEPTH_MOST,
    Changes,
    Draft,
    Notebook,
    NotebookId,
    NotebookMissing,
    NotebookTooDeep,
)
from aether.domain.notebooks.ports import Work, opened, tell
from aether.domain.users import Role
from aether.domain.viewers import Viewer

VIEW_SECONDS_MOST = 86_400


async def create(
    work: Work, draft: Draft, *, id: NotebookId, parent: NotebookId | None, by: Viewer, at: Moment
) -> Notebook:
    """Make a notebook, at the top or in *parent*."""
    by.creates()
    notebook = Notebook.new(draft, id=id, tenant=by.tenant, owner=by.user, parent=parent, now=at.now)
    if parent is not None:
        await place(work, parent, levels=1, by=by)
    await work.notebooks.add([notebook])
    await tell(work, id, "notebook_created", by=by, at=at, name=notebook.name)
    if parent is not None:
        await tell(work, parent, "child_added", by=by, at=at, child=id)
    return notebook


async def place(work: Work, parent: NotebookId, *, levels: int, by: Viewer) -> Notebook:
    """The notebook *parent*, its tree locked, if *by* may hang so many *levels* of notebooks below it."""
    await work.trees.lock([parent])
    opened_parent = (await opened(work, parent, by=by, wanted=Permission.WRITE)).open()
    depth = len(await work.trees.above(parent)) + 1 + levels
    if depth > DEPTH_MOST:
        raise NotebookTooDeep(depth)
    return opened_parent


async def update(
    work: Work, changes: Changes, *, id: NotebookId, version: int | None, by: Viewer, at: Moment
) -> Notebook:
    """Change a notebook's words, tags or visibility; the latter takes an admin's permission."""
    wanted = Permission.WRITE if changes.visibility is None else Permission.ADMIN
    notebook = (await opened(work, id, by=by, wanted=wanted)).at_version(version).open()
    return await _kept(
        work, notebook, notebook.changed(changes, now=at.now), "notebook_updated", by=by, at=at
    )


async def archive(
    work: Work, *, id: NotebookId, archived: bool, version: int | None, by: Viewer, at: Moment
) -> Notebook:
    """Archive a notebook, or open it again."""
    notebook = (await opened(work, id, by=by, wanted=Permission.ADMIN)).at_version(version)
    verb = "notebook_archived" if archived else "notebook_reopened"
    return await _kept(work, notebook, notebook.archived(archived, now=at.now), verb, by=by, at=at)


async def update_compliance(
    work: Work,
    settings: ComplianceSettings,
    *,
    id: NotebookId,
    version: int | None,
    by: Viewer,
    at: Moment,
) -> Notebook:
    """Put a notebook under other compliance settings.

    It takes an admin's permission, or the role of a compliance officer who may read it.
    """
    officer = Role.COMPLIANCE_OFFICER in by.roles and by.ceiling >= Permission.WRITE
    wanted = Permission.READ if officer else Permission.ADMIN
    notebook = (await opened(work, id, by=by, wanted=wanted)).at_version(version)
    return await _kept(
        work, notebook, notebook.governed(settings, now=at.now), "compliance_updated", by=by, at=at
    )


async def mark(work: Work, *, id: NotebookId, starred: bool, by: Viewer, at: Moment) -> None:
    """Star a notebook for oneself, or take the star away; doing it twice changes nothing."""
    by.decides()
    await _readable(work, id, by=by)
    await work.notebooks.lock([id])
    await work.notebooks.star(id, by=by.user, starred=starred, at=at)


async def view(work: Work, *, id: NotebookId, seconds: int, by: Viewer, at: Moment) -> None:
    """Remember that *by* looked at a notebook for so many seconds."""
    by.decides()
    checks.number(seconds, field="duration_seconds", least=0, most=VIEW_SECONDS_MOST)
    await _readable(work, id, by=by)
    await work.notebooks.viewed(id, by=by.user, seconds=seconds, at=at)


async def _readable(work: Work, id: NotebookId, *, by: Viewer) -> None:
    granted = await work.access.permissions([id], of=by.user)
    access.demand(by.within(granted.get(id)), Permission.READ, missing=NotebookMissing(id))


async def _kept(
    work: Work, before: Notebook, after: Notebook, verb: str, *, by: Viewer, at: Moment
) -> Notebook:
    if after is not before:
        await work.notebooks.put(after)
        await tell(work, after.id, verb, by=by, at=at, version=after.version)
    return after
