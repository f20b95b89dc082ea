"""Passages: what can be found by its words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Shape(StrEnum):
    """What is found."""

    CHUNK = "chunk"
    DOCUMENT = "document"
    NOTEBOOK = "notebook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Something that matches some words.

    Attributes:
        score: How well it matches, 0 or more; comparable within one answer only.
    """

    shape: Shape
    id: str
    score: float


class Passages(Protocol):
    """Where words are looked up."""

    async def matching(
        self, text: str, *, shape: Shape, within: Collection[str] | None, limit: int
    ) -> Sequence[Match]:
        """What matches the words and the quoted phrases of *text*, the best first.

        Args:
            text: What somebody typed.
            shape: What is looked for.
            within: The notebooks at or below which it must lie, applied before anything is
                ranked; none for the whole tenant.
            limit: How many, at least 1.
        """
        ...


class Work(Protocol):
    """A transaction in which words can be looked up."""

    @property
    def passages(self) -> Passages:
        """What can be found by its words."""
        ...
