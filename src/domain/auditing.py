"""Auditing: looking for orphans in all stores, a page at a time, and mending what is certain.

What is younger than a day, or worked on, may yet get its other half, and is let be.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

from aether.domain import orphans, trash
from aether.domain.blobs import BlobKey, BlobMissing, Blobs
from aether.domain.documents import DocumentId
from aether.domain.graph import Graph
from aether.domain.moments import Moment
from aether.domain.orphans import Found, OrphanKind, Part
from aether.domain.tenants import TenantId
from aether.domain.vectors import Vectors

AGED = timedelta(days=1)
"""How long something without its other half may wait for it."""


class Audit:
    """Looks for orphans in all stores, and mends what can be mended for certain."""

    def __init__(
        self, graph: Graph, blobs: Blobs, vectors: Vectors, *, moment: Callable[[], Moment], repair: bool
    ) -> None:
        self._graph = graph
        self._blobs = blobs
        self._vectors = vectors
        self._moment = moment
        self._repair = repair
        self._since = moment().now - AGED

    async def all(self) -> Sequence[Found]:
        """The orphans of every kind."""
        parts = [OrphanKind.CHUNK, OrphanKind.FINDING, OrphanKind.VERSION]
        return [
            *[await self._parts(kind) for kind in parts],
            await self._unindexed(),
            await self._strays(),
            await self._bereft(),
            await self._unpointed(),
        ]

    async def _parts(self, kind: OrphanKind) -> Found:
        """Chunks, findings or versions that hang on nothing, which no transaction leaves even for a while."""
        found = Found(kind=kind)
        async for page in self._pages(kind):
            left = [it.id for it in page if not it.owned]
            found.note(left)
            if self._repair and left:
                found.mended += await self._graph.write(orphans.erase, kind, ids=left)
        return found

    async def _unindexed(self) -> Found:
        found = Found(kind=OrphanKind.CHUNK_UNINDEXED)
        wanting: dict[str, TenantId] = {}
        async for page in self._pages(OrphanKind.CHUNK):
            expected = await self._graph.read(orphans.indexed, chunks=[it.id for it in page])
            kept: set[str] = set()
            for tenant in {it.tenant for it in expected}:
                kept |= {*await self._vectors.kept(tenant, [it.id for it in expected if it.tenant == tenant])}
            left = [it for it in expected if it.id not in kept]
            still = await self._graph.read(
                orphans.resting, ids=list({it.document for it in left}), since=self._since
            )
            left = [it for it in left if it.document in still]
            found.note([it.id for it in left])
            wanting |= {it.document: it.tenant for it in left}
        if self._repair:
            for id, tenant in wanting.items():
                found.mended += await self._graph.within(tenant).write(
                    orphans.reprocess, id=DocumentId(id), tenant=tenant, at=self._moment()
                )
        return found

    async def _strays(self) -> Found:
        found = Found(kind=OrphanKind.VECTOR)
        after: str | None = None
        while True:
            page, after = await self._vectors.listed(None, after=after)
            left = await self._graph.read(orphans.strays, vectors=page, since=self._since)
            found.note([it.id for it in left])
            if self._repair:
                for tenant in {it.tenant for it in left}:
                    await self._vectors.drop(tenant, [it.id for it in left if it.tenant == tenant])
                found.mended += len(left)
            if after is None:
                return found

    async def _bereft(self) -> Found:
        """Documents whose bytes are gone; nobody can mend that."""
        found, after = Found(kind=OrphanKind.DOCUMENT), ""
        while page := await self._graph.read(orphans.blobs_of, after=after):
            for id, keys in page.items():
                after = max(after, id)
                if not all([await self._kept(key) for key in sorted(set(keys))]):
                    found.note([id])
        return found

    async def _kept(self, key: BlobKey) -> bool:
        try:
            await self._blobs.size(key)
        except BlobMissing:
            return False
        return True

    async def _unpointed(self) -> Found:
        found = Found(kind=OrphanKind.BLOB)
        after: BlobKey | None = None
        while True:
            page, after = await self._blobs.listed(after=after)
            old = [key for key, came in page.items() if came < self._since]
            pointed = set(await self._graph.read(trash.pointed, keys=old))
            left = [key for key in old if key not in pointed]
            found.note(left)
            if self._repair:
                found.mended += sum([await self._blobs.remove(key, before=self._since) for key in left])
            if after is None:
                return found

    async def _pages(self, kind: OrphanKind) -> AsyncIterator[Sequence[Part]]:
        after = ""
        while page := await self._graph.read(orphans.parts, kind, after=after):
            yield page
            after = page[-1].id
