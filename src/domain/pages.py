"""Pages: a slice of an ordered whole, and where the next one starts.

Order is total, with the id as tie-break, and a place in it is the sort key and the id of
the last thing seen. So pages neither skip nor repeat when things come and go in between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aether.domain import checks

T = TypeVar("T")
U = TypeVar("U")

MOST = 100
"""The largest page."""

Key = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in an order: just behind the thing with this sort key and id."""

    key: Key
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which part of a whole is wanted: the *first* things behind *after*."""

    first: int = 20
    after: Place | None = None

    def __post_init__(self) -> None:
        checks.number(self.first, field="first", least=1, most=MOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A slice as found.

    Attributes:
        items: The things, in order, each with its place.
        has_next: Whether more follow.
        total: How many there are in the whole, as far as the viewer sees.
    """

    items: Sequence[tuple[T, Place]]
    has_next: bool
    total: int

    def of(self, view: Callable[[T], U]) -> "Page[U]":
        """The same page, each thing seen through *view*."""
        return Page(
            items=[(view(item), place) for item, place in self.items],
            has_next=self.has_next,
            total=self.total,
        )
