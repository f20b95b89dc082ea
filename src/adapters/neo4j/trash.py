"""Deleted things in the graph, how they are erased, and what they leave outside it: `(:Leftover)`."""

import math
from collections.abc import Collection, Sequence
from datetime import datetime

from typing_extensions import override

from aether.adapters.neo4j.documents import document_of
from aether.adapters.neo4j.rows import instant, lock, paged, text_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.access import Permission
from aether.domain.blobs import BlobKey
from aether.domain.documents import DocumentId
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId
from aether.domain.pages import Page, Place, Slice
from aether.domain.tenants import TenantId
from aether.domain.trash import Due, Erasures, Leftover, LeftoverId, LeftoverKind, Leftovers, Trash, Trashed
from aether.domain.users import UserId
from aether.domain.viewers import Viewer

GIVEN_UP = 0
"""The second in which all that was given up counts as deleted."""


class Neo4jTrash(Trash):
    """Where deleted things are kept until they are erased."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def page(self, *, part: Slice, by: Viewer) -> Page[Trashed]:
        return await paged(
            self._run,
            "trash/page",
            part,
            of=trashed_of,
            place_of=lambda row: Place(key=row["key"], id=row["document"]["id"]),
            viewer=by.user,
        )

    @override
    async def lock(self, id: DocumentId) -> Trashed | None:
        row = await self._run.one("trash/lock", id=id, lock=lock())
        return None if row is None else trashed_of(row)

    @override
    async def restore(self, id: DocumentId) -> None:
        await self._run("trash/restore", id=id)

    @override
    async def give_up(self, ids: Collection[DocumentId], *, deletions: Collection[str]) -> int:
        gone = len(await self._run("trash/give_up_documents", ids=list(ids)))
        for deletion in deletions:
            gone += len(await self._run("trash/give_up_notebooks", deletion=deletion))
        return gone


class Neo4jErasures(Erasures):
    """How deleted things are erased."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def due(
        self, *, before: datetime | None, skip: tuple[int, int], limit: int
    ) -> tuple[Sequence[Due], Sequence[Due]]:
        second = _second(before)
        documents = await self._run("trash/due_documents", before=second, skip=skip[0], most=limit)
        notebooks = await self._run("trash/due_notebooks", before=second, skip=skip[1], most=limit)
        return [_due(row) for row in documents], [_due(row) for row in notebooks]

    @override
    async def documents_in(self, notebook: NotebookId, *, limit: int) -> Sequence[DocumentId]:
        rows = await self._run("trash/documents_in", notebook=notebook, most=limit)
        return [DocumentId(row["id"]) for row in rows]

    @override
    async def document(self, id: DocumentId, *, before: datetime | None) -> NotebookId | None:
        row = await self._run.one("trash/lock_due", id=id, lock=lock())
        if row is None or row["second"] is None or row["second"] >= _second(before):
            return None
        return NotebookId(row["notebook"])

    @override
    async def notebook(self, id: NotebookId, *, before: datetime | None) -> bool:
        row = await self._run.one("trash/lock_notebook", id=id, lock=lock())
        if row is None or row["second"] is None:
            return False
        return bool(row["second"] < _second(before) and not row["filled"])

    @override
    async def erase_document(self, id: DocumentId, *, notebook: NotebookId) -> Sequence[BlobKey]:
        rows = await self._run("trash/blobs", id=id)
        keys = {row[name] for row in rows for name in ("blob", "texts") if row[name] is not None}
        await self._run(
            "trash/silence", notebook=notebook, document=id, details=text_of({"document": str(id)})
        )
        await self._run("trash/erase_document", id=id)
        return sorted(map(BlobKey, keys))

    @override
    async def erase_notebook(self, id: NotebookId) -> None:
        await self._run("trash/erase_notebook", id=id)


class Neo4jLeftovers(Leftovers):
    """What erased documents left outside the graph."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def add(self, leftovers: Sequence[Leftover], *, at: Moment) -> None:
        rows = [
            {"id": it.id, "kind": it.kind.value, "key": it.key, "due_second": _second(at.now)}
            for it in leftovers
        ]
        await self._run("trash/leave", rows=rows)

    @override
    async def due(self, *, now: datetime, limit: int) -> Sequence[Leftover]:
        rows = await self._run("trash/leftovers", before=_second(now), most=limit)
        return [
            Leftover(
                id=LeftoverId(row["id"]),
                tenant=TenantId(row["tenant"]),
                kind=LeftoverKind(row["kind"]),
                key=row["key"],
            )
            for row in rows
        ]

    @override
    async def postpone(self, id: LeftoverId, *, to: datetime) -> None:
        await self._run("trash/postpone", id=id, due_second=_second(to))

    @override
    async def forget(self, id: LeftoverId) -> None:
        await self._run("trash/forget", id=id)

    @override
    async def pointed(self, keys: Collection[BlobKey]) -> Collection[BlobKey]:
        rows = await self._run("trash/pointed", keys=list(keys))
        return {BlobKey(row["key"]) for row in rows}


def _second(instant: datetime | None) -> int:
    """The second since 1970 in which *instant* lies; without one, the first after what was given up."""
    return GIVEN_UP + 1 if instant is None else math.floor(instant.timestamp())


def _due(row: Row) -> Due:
    return Due(id=row["id"], tenant=TenantId(row["tenant"]))


def trashed_of(row: Row) -> Trashed:
    """The deleted document in a row."""
    permission = row.get("permission")
    return Trashed(
        document=document_of(row["document"]),
        deleted_by=UserId(row["deleted_by"]),
        deleted_at=instant(row["deleted_at"]),
        permission=None if permission is None else Permission(permission),
    )
