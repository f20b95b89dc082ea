"""Vectors: where chunks lie in the space of meaning.

A vector belongs to a chunk and bears its id. It carries what a search filters by, its tenant
and the notebooks it lies in, so that what a viewer may not see is left out before anything is
ranked. Sharing a notebook changes no vector; moving one rehomes those of its documents.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from aether.domain.tenants import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A chunk's place in the space of meaning.

    Attributes:
        id: The chunk's id.
        document: The id of the chunk's document.
        path: The ids of the document's notebook and all notebooks above it, in any order.
        model: The model that made it; vectors of two models are not compared.
        values: Its coordinates; of length 384 and any norm but zero.
    """

    id: str
    document: str
    path: tuple[str, ...]
    model: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A chunk that was found.

    Attributes:
        id: The chunk's id.
        document: The id of the chunk's document.
        score: The cosine of the angle to what was asked for, from -1.0 to 1.0.
    """

    id: str
    document: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Whose vector it is that is kept.

    Attributes:
        id: The chunk's id.
        document: The id of the chunk's document.
        model: The model that made it; empty where that was not noted.
    """

    tenant: TenantId
    id: str
    document: str
    model: str = ""


class Vectors(Protocol):
    """Where vectors are kept. What was written is found as soon as the call returns.

    Every method raises `Unavailable` when the store does not answer in time; all of them may
    then be called again.
    """

    async def ready(self) -> None:
        """Make what vectors are kept in, unless it is there."""
        ...

    async def put(self, tenant: TenantId, vectors: Sequence[Vector]) -> None:
        """Keep *vectors*, each in place of the one with its id."""
        ...

    async def remove(self, tenant: TenantId, document: str) -> None:
        """Drop the vectors of *document*, if there are any."""
        ...

    async def drop(self, tenant: TenantId, ids: Collection[str]) -> None:
        """Drop the vectors of the chunks with these ids, if there are any."""
        ...

    async def kept(self, tenant: TenantId, ids: Collection[str]) -> Collection[str]:
        """Those of the chunks with these ids that have vectors."""
        ...

    async def listed(
        self, tenant: TenantId | None, *, document: str | None = None, after: str | None = None
    ) -> tuple[Sequence[Stored], str | None]:
        """Some of the vectors of *document*, of *tenant*, or of everybody, and what asks for more as *after*.

        That is none when there are no more. What is written meanwhile may be missed.
        """
        ...

    async def rehome(self, tenant: TenantId, document: str, path: tuple[str, ...]) -> None:
        """Give the vectors of *document* another path."""
        ...

    async def nearest(
        self, tenant: TenantId, to: Sequence[float], *, within: Collection[str], limit: int, floor: float
    ) -> Sequence[Match]:
        """The chunks nearest to *to* that lie in one of the notebooks *within*, nearest first.

        Args:
            tenant: Whose chunks.
            to: Coordinates as a vector has them.
            within: Ids of notebooks; a chunk lies in its own and in all above it.
            limit: How many, at least 1.
            floor: The least score, from -1.0 to 1.0.
        """
        ...
