"""What came in documents: `(:Document)-[:CONTAINS_FILE]->(:Document)`."""

from collections.abc import Collection, Sequence

from typing_extensions import override

from aether.adapters.neo4j.documents import seen_of
from aether.adapters.neo4j.rows import paged
from aether.adapters.neo4j.runner import Runner
from aether.domain.documents import Containers, Document, DocumentId, SeenDocument
from aether.domain.moments import Moment
from aether.domain.pages import Page, Place, Slice
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


class Neo4jContainers(Containers):
    """What knows which document came in which."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def hold(self, documents: Sequence[Document]) -> None:
        rows = [{"id": it.id, "container": it.inside.container} for it in documents if it.inside]
        await self._run("containers/hold", rows=rows)

    @override
    async def known(self, ids: Collection[DocumentId]) -> Collection[DocumentId]:
        return {DocumentId(row["id"]) for row in await self._run("containers/known", ids=list(ids))}

    @override
    async def held(self, outermost: DocumentId) -> tuple[int, int]:
        rows = await self._run("containers/held", outermost=outermost)
        return (rows[0]["count"], rows[0]["bytes"]) if rows else (0, 0)

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
        return [DocumentId(row["id"]) for row in rows]
