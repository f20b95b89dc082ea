"""Vectors in Qdrant, whose library comes when it is first asked for.

It takes as long to import as all else that a process needs to begin, and a worker that begins has
a file to read first. It is imported in a thread, so that leases are kept meanwhile.
"""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from aether.domain.tenants import TenantId
from aether.domain.vectors import Match, Stored, Vector, Vectors

if TYPE_CHECKING:
    from aether.adapters.qdrant.vectors import QdrantVectors


class LateVectors(Vectors):
    """Vectors kept by a Qdrant.

    Args:
        url: Where its REST API is.
        key: Its API key, if it wants one.
        collection: What the vectors are kept in; it is made by `ready`.
    """

    def __init__(self, url: str, *, collection: str, key: str | None) -> None:
        self._make = partial(_imported, url, collection=collection, key=key)
        self._made: asyncio.Task[QdrantVectors] | None = None

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._made is not None:
            await (await self._made).close()

    async def load(self) -> None:
        """Have the library imported, before somebody waits for it."""
        await self._vectors()

    async def ping(self) -> None:
        """Ask for nothing but whether the collection is there.

        Raises:
            Unavailable: It is not, or nobody answers.
        """
        await (await self._vectors()).ping()

    @override
    async def ready(self) -> None:
        await (await self._vectors()).ready()

    @override
    async def put(self, tenant: TenantId, vectors: Sequence[Vector]) -> None:
        await (await self._vectors()).put(tenant, vectors)

    @override
    async def remove(self, tenant: TenantId, document: str) -> None:
        await (await self._vectors()).remove(tenant, document)

    @override
    async def drop(self, tenant: TenantId, ids: Collection[str]) -> None:
        await (await self._vectors()).drop(tenant, ids)

    @override
    async def kept(self, tenant: TenantId, ids: Collection[str]) -> Collection[str]:
        return await (await self._vectors()).kept(tenant, ids)

    @override
    async def listed(
        self, tenant: TenantId | None, *, document: str | None = None, after: str | None = None
    ) -> tuple[Sequence[Stored], str | None]:
        return await (await self._vectors()).listed(tenant, document=document, after=after)

    @override
    async def rehome(self, tenant: TenantId, document: str, path: tuple[str, ...]) -> None:
        await (await self._vectors()).rehome(tenant, document, path)

    @override
    async def nearest(
        self, tenant: TenantId, to: Sequence[float], *, within: Collection[str], limit: int, floor: float
    ) -> Sequence[Match]:
        vectors = await self._vectors()
        return await vectors.nearest(tenant, to, within=within, limit=limit, floor=floor)

    async def _vectors(self) -> "QdrantVectors":
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        return await asyncio.shield(self._made)


def _imported(url: str, *, collection: str, key: str | None) -> "QdrantVectors":
    from aether.adapters.qdrant.vectors import QdrantVectors

    return QdrantVectors(url, collection=collection, key=key)
