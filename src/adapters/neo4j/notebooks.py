"""Notebooks in the graph: `(:User)-[:OWNS]->(:Notebook)-[:PARENT_OF]->(:Notebook)`."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, lock, paged, text_of, value_of, words_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.access import Permission
from aether.domain.compliance import ComplianceSettings
from aether.domain.moments import Moment
from aether.domain.notebooks import (
    SUBTREE_MOST,
    Branch,
    Filter,
    Notebook,
    NotebookId,
    Notebooks,
    NotebookStatus,
    Order,
    Seen,
    Shelf,
    Shelves,
    Trees,
    Visibility,
)
from aether.domain.pages import Page, Place, Slice
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


class Neo4jNotebooks(Notebooks):
    """Where notebooks are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[NotebookId]) -> Mapping[NotebookId, Notebook]:
        return _by_id(await self._run("notebooks/get_many", ids=list(ids)))

    @override
    async def lock(self, ids: Collection[NotebookId]) -> Mapping[NotebookId, Notebook]:
        return _by_id(await self._run("notebooks/lock", ids=list(ids), lock=lock()))

    @override
    async def add(self, notebooks: Sequence[Notebook]) -> None:
        rows = [
            _kept(notebook) | {"owner": notebook.owner, "created_at": notebook.created_at}
            for notebook in notebooks
        ]
        await self._run("notebooks/add", rows=rows)
        nested = [{"id": it.id, "parent": it.parent} for it in notebooks if it.parent is not None]
        if nested:
            await self._run("notebooks/nest", rows=nested)
            await self._run("notebooks/scope", ids=[row["id"] for row in nested])

    @override
    async def put(self, notebook: Notebook) -> None:
        await self._run("notebooks/put", **_kept(notebook))

    @override
    async def star(self, id: NotebookId, *, by: UserId, starred: bool, at: Moment) -> None:
        if starred:
            await self._run("notebooks/star", id=id, user=by, now=at.now)
        else:
            await self._run("notebooks/unstar", id=id, user=by)

    @override
    async def viewed(self, id: NotebookId, *, by: UserId, seconds: int, at: Moment) -> None:
        await self._run("notebooks/viewed", id=id, user=by, seconds=seconds, now=at.now)

    @override
    async def forked(self, id: NotebookId, *, into: NotebookId, by: UserId, reason: str, at: Moment) -> None:
        await self._run("notebooks/forked", id=id, into=into, user=by, reason=reason, now=at.now)


class Neo4jTrees(Trees):
    """How notebooks lie in each other."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def lock(self, ids: Collection[NotebookId]) -> None:
        # A tree may be hung elsewhere while we wait for its lock: then its new root is locked too.
        locked: set[str] = set()
        while True:
            rows = await self._run("notebooks/tree_roots", ids=list(ids))
            fresh = sorted({row["id"] for row in rows} - locked)
            if not fresh:
                return
            await self._run("notebooks/lock_trees", ids=fresh, lock=lock())
            locked.update(fresh)

    @override
    async def above(self, id: NotebookId) -> Sequence[NotebookId]:
        return [NotebookId(row["id"]) for row in await self._run("notebooks/above", id=id)]

    @override
    async def below(self, id: NotebookId, *, deletion: str | None = None) -> Sequence[Branch]:
        rows = await self._run("notebooks/below", id=id, deletion=deletion, most=SUBTREE_MOST + 1)
        return [Branch(id=row["id"], parent=row["parent"], depth=row["depth"]) for row in rows]

    @override
    async def hang(self, id: NotebookId, *, under: NotebookId | None) -> None:
        await self._run("notebooks/unhang", id=id)
        if under is not None:
            await self._run("notebooks/nest", rows=[{"id": id, "parent": under}])
        await self._run("notebooks/scope", ids=[id])

    @override
    async def remove(self, ids: Collection[NotebookId], *, deletion: str, by: UserId, at: Moment) -> None:
        marked = {"ids": list(ids), "deletion": deletion, "user": by, "now": at.now}
        await self._run("notebooks/remove", **marked, second=int(at.now.timestamp()))
        await self._run("notebooks/remove_documents", **marked)

    @override
    async def trashed(self, id: NotebookId, *, of: UserId) -> Notebook | None:
        row = await self._run.one("notebooks/trashed", id=id, user=of)
        return None if row is None else notebook_of(row["notebook"])

    @override
    async def restore(
        self, ids: Collection[NotebookId], *, deletion: str, at: Moment
    ) -> Collection[NotebookId]:
        restored = await self._run("notebooks/restore", ids=list(ids), deletion=deletion, now=at.now)
        await self._run("notebooks/scope", ids=list(ids))
        await self._run("notebooks/restore_documents", ids=list(ids), deletion=deletion)
        return [row["id"] for row in restored]


class Neo4jShelves(Shelves):
    """Notebooks as viewers see them."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[NotebookId], *, by: Viewer) -> Mapping[NotebookId, Seen]:
        rows = await self._run("notebooks/seen", viewer=by.user, ids=list(ids))
        return {row["notebook"]["id"]: seen_of(row) for row in rows}

    @override
    async def ancestors(self, id: NotebookId, *, by: Viewer) -> Sequence[Seen]:
        above = [NotebookId(row["id"]) for row in await self._run("notebooks/above", id=id)]
        seen = await self.get_many(above, by=by)
        return [seen[each] for each in above if each in seen]

    @override
    async def page(self, chosen: Filter, *, order: Order, part: Slice, by: Viewer) -> Page[Seen]:
        params: dict[str, Any] = {
            "viewer": by.user,
            "text": chosen.text and chosen.text.casefold(),
            "tag": chosen.tag,
            "status": chosen.status and chosen.status.value,
            "order": order.value,
        }
        list_of = partial(paged, self._run, part=part, of=seen_of, place_of=_place_of)
        if chosen.parent is not None:
            return await list_of("notebooks/children", parent=chosen.parent, **params)
        if chosen.shelf is Shelf.TRASH:
            return await list_of("notebooks/trash", **params)
        return await list_of("notebooks/page", shelf=chosen.shelf.value, **params)


def _kept(notebook: Notebook) -> dict[str, object]:
    public = notebook.visibility is Visibility.PUBLIC
    return {
        "id": notebook.id,
        "name": notebook.name,
        "description": notebook.description,
        "visibility": (Visibility.PUBLIC if public else Visibility.PRIVATE).value,
        "status": notebook.status.value,
        "compliance_settings": text_of(notebook.compliance.told()),
        "tags": list(notebook.tags),
        "version": notebook.version,
        "updated_at": notebook.updated_at,
        "search_name": notebook.name.casefold(),
        "words": words_of(notebook.name),
    }


def _place_of(row: Row) -> Place:
    return Place(key=row["key"], id=row["notebook"]["id"])


def _by_id(rows: Sequence[Row]) -> Mapping[NotebookId, Notebook]:
    return {NotebookId(row["notebook"]["id"]): notebook_of(row["notebook"]) for row in rows}


def seen_of(row: Row) -> Seen:
    """The notebook in a row, as its viewer sees it."""
    return Seen(
        notebook=notebook_of(row["notebook"]),
        permission=Permission(row["permission"]),
        starred=row["starred"],
        stars=row["stars"],
    )


def notebook_of(row: Row) -> Notebook:
    """The notebook in a row's map."""
    return Notebook(
        id=NotebookId(row["id"]),
        tenant=TenantId(row["tenant"]),
        owner=UserId(row["owner"]),
        parent=row["parent"],
        name=row["name"],
        description=row["description"],
        visibility=Visibility(row["visibility"]),
        status=NotebookStatus(row["status"]),
        compliance=ComplianceSettings.kept(value_of(row["compliance_settings"])),
        tags=tuple(row["tags"]),
        document_count=row["document_count"],
        total_size_bytes=row["total_size_bytes"],
        version=row["version"],
        created_at=instant(row["created_at"]),
        updated_at=instant(row["updated_at"]),
        deletion=row["deletion"],
    )
