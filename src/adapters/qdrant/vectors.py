"""Vectors in Qdrant: one collection for all tenants, each of them indexed by itself.

A point's id is made of its tenant and its chunk, so that a vector put again takes its own
place, and every call can be repeated when its answer was lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from http import HTTPStatus
from typing import ParamSpec, TypeVar
from uuid import UUID, uuid5

import httpx
from qdrant_client import AsyncQdrantClient
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse
from qdrant_client.models import (
    Distance,
    FieldCondition,
    Filter,
    KeywordIndexParams,
    KeywordIndexType,
    MatchAny,
    MatchValue,
    PointIdsList,
    PointStruct,
    VectorParams,
)
from typing_extensions import override

from aether.domain.errors import Conflict, Unavailable
from aether.domain.tenants import TenantId
from aether.domain.vectors import Match, Stored, Vector, Vectors

P = ParamSpec("P")
T = TypeVar("T")

_POINTS = UUID("6f1c2a52-4a0e-5d0b-9d55-6d2f1c8f7a10")
_BATCH = 256
_LISTED = 1_000
_PAUSES_S = (0.1, 0.4)


class CollectionDiffers(Conflict):
    """The collection holds vectors of another length."""

    code = "COLLECTION_DIFFERS"

    def __init__(self, collection: str, *, size: int) -> None:
        super().__init__(f"The collection {collection} holds vectors of another length than {size}.")


class QdrantVectors(Vectors):
    """Vectors kept by a Qdrant.

    Args:
        url: Where its REST API is.
        key: Its API key, if it wants one.
        collection: What the vectors are kept in; it is made by `ready`.
        size: How many coordinates a vector has.
        timeout_s: How long a call may take, in seconds, with all its attempts.
    """

    def __init__(
        self, url: str, *, collection: str, key: str | None = None, size: int = 384, timeout_s: float = 10.0
    ) -> None:
        self._client = AsyncQdrantClient(
            url=url,
            headers={"api-key": key} if key else {},  # as `api_key` it may not travel by plain HTTP
            timeout=round(timeout_s) + 1,
            check_compatibility=False,
            limits=httpx.Limits(),  # else connections to this machine are not kept
            trust_env=False,
        )
        self._collection = collection
        self._size = size
        self._timeout_s = timeout_s

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    @override
    async def ready(self) -> None:
        await self._patiently(self._create)
        await self._index("tenant", is_tenant=True)
        await self._index("document")
        await self._index("path")
        await self._check_size()

    async def ping(self) -> None:
        """Ask for nothing but whether the collection is there.

        Raises:
            Unavailable: It is not, or nobody answers.
        """
        if not await self._patiently(self._client.collection_exists, self._collection):
            raise Unavailable(f"The vector store has no collection {self._collection}: run `aether migrate`.")

    @override
    async def put(self, tenant: TenantId, vectors: Sequence[Vector]) -> None:
        for start in range(0, len(vectors), _BATCH):
            points = [_point(tenant, vector) for vector in vectors[start : start + _BATCH]]
            await self._patiently(self._client.upsert, self._collection, points)

    @override
    async def remove(self, tenant: TenantId, document: str) -> None:
        await self._patiently(self._client.delete, self._collection, _of_document(tenant, document))

    @override
    async def drop(self, tenant: TenantId, ids: Collection[str]) -> None:
        points = [_id(tenant, id) for id in ids]
        for start in range(0, len(points), _BATCH):
            chosen = PointIdsList(points=list(points[start : start + _BATCH]))
            await self._patiently(self._client.delete, self._collection, chosen)

    @override
    async def kept(self, tenant: TenantId, ids: Collection[str]) -> Collection[str]:
        found: set[str] = set()
        points = {_id(tenant, id): id for id in ids}
        for start in range(0, len(points), _BATCH):
            chosen = list(points)[start : start + _BATCH]
            records = await self._patiently(
                self._client.retrieve, self._collection, chosen, with_payload=False, with_vectors=False
            )
            found |= {points[str(record.id)] for record in records}
        return found

    @override
    async def listed(
        self, tenant: TenantId | None, *, document: str | None = None, after: str | None = None
    ) -> tuple[Sequence[Stored], str | None]:
        given = {"tenant": tenant, "document": document}
        must = [_is(field, value) for field, value in given.items() if value is not None]
        points, more = await self._patiently(
            self._client.scroll,
            self._collection,
            scroll_filter=Filter(must=list(must)) if must else None,
            limit=_LISTED,
            offset=after,
            with_payload=["tenant", "id", "document", "model"],
        )
        return [_stored(point.payload or {}) for point in points], None if more is None else str(more)

    @override
    async def rehome(self, tenant: TenantId, document: str, path: tuple[str, ...]) -> None:
        chosen = _of_document(tenant, document)
        await self._patiently(self._client.set_payload, self._collection, {"path": list(path)}, points=chosen)

    @override
    async def nearest(
        self, tenant: TenantId, to: Sequence[float], *, within: Collection[str], limit: int, floor: float
    ) -> Sequence[Match]:
        if not within:
            return ()
        visible = FieldCondition(key="path", match=MatchAny(any=list(within)))
        answer = await self._patiently(
            self._client.query_points,
            self._collection,
            query=list(to),
            query_filter=Filter(must=[_is("tenant", tenant), visible]),
            limit=limit,
            score_threshold=floor,
            with_payload=["id", "document"],
        )
        return [_match(point.payload or {}, point.score) for point in answer.points]

    async def _create(self) -> None:
        if await self._client.collection_exists(self._collection):
            return
        space = VectorParams(size=self._size, distance=Distance.COSINE)
        try:
            await self._client.create_collection(self._collection, vectors_config=space)
        except UnexpectedResponse as answer:
            if answer.status_code != HTTPStatus.CONFLICT:  # somebody else was faster
                raise

    async def _index(self, field: str, *, is_tenant: bool | None = None) -> None:
        keyword = KeywordIndexParams(type=KeywordIndexType.KEYWORD, is_tenant=is_tenant)
        await self._patiently(
            self._client.create_payload_index, self._collection, field, field_schema=keyword
        )

    async def _check_size(self) -> None:
        try:
            await self._patiently(
                self._client.query_points, self._collection, query=[1.0] * self._size, limit=1
            )
        except UnexpectedResponse as answer:
            if answer.status_code == HTTPStatus.BAD_REQUEST:
                raise CollectionDiffers(self._collection, size=self._size) from answer
            raise

    async def _patiently(self, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """What *call* answers, asked again while Qdrant is away, but not for long."""
        try:
            async with asyncio.timeout(self._timeout_s):
                for pause_s in _PAUSES_S:
                    try:
                        return await call(*args, **kwargs)
                    except Exception as failure:
                        if not _is_away(failure):
                            raise
                    await asyncio.sleep(pause_s)
                return await call(*args, **kwargs)
        except TimeoutError as late:
            raise Unavailable("The vector store does not answer in time.") from late
        except Exception as failure:
            if _is_away(failure):
                raise Unavailable("The vector store is away.") from failure
            raise


def _is_away(failure: Exception) -> bool:
    match failure:
        case ResponseHandlingException():
            return isinstance(failure.source, httpx.TransportError)
        case UnexpectedResponse():
            return (failure.status_code or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
        case _:
            return isinstance(failure, ResourceExhaustedResponse)


def _point(tenant: TenantId, vector: Vector) -> PointStruct:
    return PointStruct(
        id=_id(tenant, vector.id),
        vector=list(vector.values),
        payload={
            "id": vector.id,
            "tenant": tenant,
            "document": vector.document,
            "path": list(vector.path),
            "model": vector.model,
        },
    )


def _id(tenant: TenantId, chunk: str) -> str:
    return str(uuid5(_POINTS, f"{tenant}/{chunk}"))


def _stored(payload: dict[str, str]) -> Stored:
    return Stored(
        tenant=TenantId(payload["tenant"]),
        id=payload["id"],
        document=payload["document"],
        model=payload.get("model", ""),
    )


def _match(payload: dict[str, str], score: float) -> Match:
    return Match(id=payload["id"], document=payload["document"], score=score)


def _of_document(tenant: TenantId, document: str) -> Filter:
    return Filter(must=[_is("tenant", tenant), _is("document", document)])


def _is(field: str, value: str) -> FieldCondition:
    return FieldCondition(key=field, match=MatchValue(value=value))
