"""What came in documents: `(:Document)-[:CONTAINS_FILE]->(:Document)`."""

from collections.abc import Collection, Sequence

from typing_extensions import override

from aether.adapters.neo4j.documents import seen_of
from aether.adapters.neo4j.rows import lock, paged
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.documents import Absences, Containers, Document, DocumentId, Room, SeenDocument
from aether.domain.moments import Moment
from aether.domain.pages import Page, Place, Slice
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


class Neo4jContainers(Containers):
    """What knows which document came in which."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def hold(self, documents: Sequence[Document], *, number: int) -> None:
        rows = [{"id": it.id, "container": it.inside.container} for it in documents if it.inside]
        await self._run("containers/hold", rows=rows, number=number)

    @override
    async def came(self, container: DocumentId, ids: Collection[DocumentId], *, number: int) -> None:
        await self._run("containers/came", container=container, ids=list(ids), number=number)

    @override
    async def known(self, container: DocumentId, ids: Collection[DocumentId]) -> Collection[DocumentId]:
        return set(_ids(await self._run("containers/known", container=container, ids=list(ids))))

    @override
    async def holder(self, id: DocumentId) -> DocumentId | None:
        return next(iter(_ids(await self._run("containers/holder", id=id))), None)

    @override
    async def forgo(self, id: DocumentId) -> None:
        await self._run("containers/forgo", id=id, lock=lock())

    @override
    async def children(self, container: DocumentId, *, part: Slice, by: Viewer) -> Page[SeenDocument]:
        return await paged(
            self._run,
            "containers/children",
            part,
            of=seen_of,
            place_of=lambda row: Place(key=row["key"], id=row["document"]["id"]),
            viewer=by.user,
            container=container,
        )

    @override
    async def remove(
        self, container: DocumentId, *, deletion: str, by: UserId, at: Moment
    ) -> Collection[DocumentId]:
        rows = await self._run(
            "containers/remove",
            container=container,
            deletion=deletion,
            user=by,
            now=at.now,
            second=int(at.now.timestamp()),
        )
        return _ids(rows)


class Neo4jRoom(Room):
    """What counts what came in documents."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def held(self, outermost: DocumentId) -> tuple[int, int]:
        return _sums(await self._run("containers/held", outermost=outermost))

    @override
    async def held_below(self, container: DocumentId) -> tuple[int, int]:
        return _sums(await self._run("containers/held_below", container=container))

    @override
    async def held_by_version(self, container: DocumentId, *, number: int) -> tuple[int, int]:
        return _sums(await self._run("containers/held_by_version", container=container, number=number))


class Neo4jAbsences(Absences):
    """What knows which documents are absent."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def lock(self, container: DocumentId) -> Collection[DocumentId]:
        return _ids(await self._run("containers/lock", container=container, lock=lock()))

    @override
    async def leaving(self, container: DocumentId, *, since: int, number: int) -> Collection[DocumentId]:
        return _ids(await self._run("containers/leaving", container=container, since=since, number=number))

    @override
    async def appearing(self, container: DocumentId, *, number: int) -> Collection[DocumentId]:
        return _ids(await self._run("containers/appearing", container=container, number=number))

    @override
    async def put_away(self, ids: Collection[DocumentId]) -> None:
        await self._run("containers/put_away", ids=list(ids))

    @override
    async def bring(self, ids: Collection[DocumentId]) -> None:
        await self._run("containers/bring", ids=list(ids))

    @override
    async def give_up(self, container: DocumentId) -> None:
        await self._run("containers/give_up", container=container)


def _ids(rows: Sequence[Row]) -> list[DocumentId]:
    return [DocumentId(row["id"]) for row in rows]


def _sums(rows: Sequence[Row]) -> tuple[int, int]:
    return (rows[0]["count"], rows[0]["bytes"]) if rows else (0, 0)
