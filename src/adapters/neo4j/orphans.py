"""Orphans in the graph: parts of documents by their ids, and what they hang on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from typing_extensions import override

from aether.adapters.neo4j.runner import Runner
from aether.domain.blobs import BlobKey
from aether.domain.documents import DocumentId
from aether.domain.orphans import AT_A_TIME, OrphanKind, Orphans, Part
from aether.domain.tenants import TenantId
from aether.domain.vectors import Stored

_SOUGHT: Mapping[OrphanKind, str] = {
    OrphanKind.CHUNK: "orphans/chunks",
    OrphanKind.FINDING: "orphans/findings",
    OrphanKind.VERSION: "orphans/versions",
}
_ERASED: Mapping[OrphanKind, str] = {
    OrphanKind.CHUNK: "orphans/erase_chunks",
    OrphanKind.FINDING: "orphans/erase_findings",
    OrphanKind.VERSION: "orphans/erase_versions",
}


class Neo4jOrphans(Orphans):
    """Where orphans are looked for."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def parts(self, kind: OrphanKind, *, after: str) -> Sequence[Part]:
        rows = await self._run(_SOUGHT[kind], after=after, most=AT_A_TIME)
        return [
            Part(id=row["id"], tenant=TenantId(row["tenant"]), document=row["document"], owned=row["owned"])
            for row in rows
        ]

    @override
    async def erase(self, kind: OrphanKind, ids: Collection[str]) -> int:
        row = await self._run.one(_ERASED[kind], ids=list(ids))
        return 0 if row is None else int(row["erased"])

    @override
    async def documents(self, *, after: str) -> Mapping[DocumentId, Collection[BlobKey]]:
        rows = await self._run("orphans/documents", after=after, most=AT_A_TIME)
        return {
            DocumentId(row["id"]): {BlobKey(key) for key in row["blobs"] if key is not None} for row in rows
        }

    @override
    async def indexed(self, chunks: Collection[str]) -> Sequence[Stored]:
        rows = await self._run("orphans/indexed", ids=list(chunks))
        return [
            Stored(id=row["id"], document=row["document"], tenant=TenantId(row["tenant"])) for row in rows
        ]

    @override
    async def vectored(self, chunks: Collection[str]) -> Collection[str]:
        return {row["id"] for row in await self._run("orphans/vectored", ids=list(chunks))}

    @override
    async def busy(self, ids: Collection[str], *, since: datetime) -> Collection[str]:
        return {row["id"] for row in await self._run("orphans/busy", ids=list(ids), since=since)}
