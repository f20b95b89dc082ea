"""What a request may hold: of Qdrant's REST API, exactly the part that `aether.adapters.qdrant` speaks."""

from typing import Any, Literal, Self
from uuid import UUID

import qdrant_edge as engine
from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Space(_Body):
    """What the vectors of a collection have in common."""

    size: int = Field(ge=1, le=65_536)
    distance: Literal["Cosine"]


class Create(_Body):
    """A new collection."""

    vectors: Space


class Keyword(_Body):
    """An index for exact values."""

    type: Literal["keyword"]
    is_tenant: bool = False


class Index(_Body):
    """A new index."""

    field_name: str
    field_schema: Keyword

    def operation(self) -> engine.UpdateOperation:
        """The same for the engine."""
        params = engine.KeywordIndexParams(is_tenant=self.field_schema.is_tenant)
        return engine.UpdateOperation.create_field_index(self.field_name, params)


class Value(_Body):
    """Exactly this value."""

    value: str

    def match(self) -> engine.MatchValue:
        """The same for the engine."""
        return engine.MatchValue(self.value)


class AnyOf(_Body):
    """One of these values."""

    any: list[str]

    def match(self) -> engine.MatchAny:
        """The same for the engine."""
        return engine.MatchAny(self.any)


class Condition(_Body):
    """What a field must hold; one of the values of a list is enough."""

    key: str
    match: Value | AnyOf


class Filter(_Body):
    """Conditions that all must hold."""

    must: list[Condition] = Field(min_length=1)

    def filter(self) -> engine.Filter:
        """The same for the engine."""
        return engine.Filter(must=[engine.FieldCondition(it.key, match=it.match.match()) for it in self.must])


class Point(_Body):
    """A vector with its id and what it carries."""

    id: UUID
    vector: list[float]
    payload: dict[str, Any]


class Upsert(_Body):
    """Points, each in place of the one with its id."""

    points: list[Point] = Field(min_length=1)

    def operation(self) -> engine.UpdateOperation:
        """The same for the engine."""
        points = [engine.Point(point.id, point.vector, point.payload) for point in self.points]
        return engine.UpdateOperation.upsert_points(points)


class Delete(_Body):
    """Points to drop: these, or those that a filter finds."""

    filter: Filter | None = None
    points: list[UUID] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.filter is None) == (self.points is None):
            raise ValueError("either filter or points must be given")
        return self

    def operation(self) -> engine.UpdateOperation:
        """The same for the engine."""
        if self.filter is None:
            return engine.UpdateOperation.delete_points(list(self.points or []))
        return engine.UpdateOperation.delete_points_by_filter(self.filter.filter())


class SetPayload(_Body):
    """Fields that points shall carry, on top of their others."""

    payload: dict[str, Any]
    filter: Filter

    def operation(self) -> engine.UpdateOperation:
        """The same for the engine."""
        return engine.UpdateOperation.set_payload_by_filter(self.filter.filter(), self.payload)


Write = Index | Upsert | Delete | SetPayload
"""What changes a collection."""


class Scroll(_Body):
    """A page of points, by their ids."""

    filter: Filter | None = None
    limit: int = Field(default=10, ge=1)
    offset: UUID | None = None
    with_payload: bool | list[str] = True
    with_vector: Literal[False] = False

    def request(self) -> engine.ScrollRequest:
        """The same for the engine."""
        return engine.ScrollRequest(
            offset=self.offset,
            limit=self.limit,
            filter=self.filter.filter() if self.filter else None,
            with_payload=self.with_payload,
        )


class Retrieve(_Body):
    """Points, those of them that there are."""

    ids: list[UUID]
    with_payload: Literal[False] = False
    with_vector: Literal[False] = False


class Nearest(_Body):
    """The place to search around."""

    nearest: list[float]


class Query(_Body):
    """A search."""

    query: Nearest
    filter: Filter | None = None
    limit: int = Field(default=10, ge=1)
    score_threshold: float | None = None
    with_payload: bool | list[str] = False
    with_vector: Literal[False] = False

    def request(self) -> engine.QueryRequest:
        """The same for the engine."""
        return engine.QueryRequest(
            limit=self.limit,
            query=engine.Query.Nearest(self.query.nearest),
            filter=self.filter.filter() if self.filter else None,
            score_threshold=self.score_threshold,
            with_payload=self.with_payload,
        )
