"""Finds: the places of what is sensitive, and who finds them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from aether.domain.sensitive.kinds import SensitiveKind
from aether.domain.texts import Span

_RANKS = {kind: rank for rank, kind in enumerate(SensitiveKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Span):
    """A place in a text where something sensitive stands.

    Attributes:
        confidence: How sure that is, above 0 and at most 1.
        masked: What stands there, as it may be shown.
    """

    kind: SensitiveKind
    confidence: float
    masked: str


class Detector(Protocol):
    """What finds the sensitive in texts."""

    def find(self, text: str) -> Sequence[Find]:
        """What is sensitive in *text*, in the order of places, none overlapping another.

        It takes time in proportion to the text, whatever that says, and holds the processor all the while.
        """
        ...


def resolved(finds: Iterable[Find]) -> list[Find]:
    """Those of *finds* that stand, in order: of two that overlap the longer, or else the surer."""
    standing: list[Find] = []
    starts: list[int] = []
    for group in _touching(sorted(finds, key=attrgetter("start", "end"))):
        if len(group) == 1:
            standing += group
            starts.append(group[0].start)
            continue
        for find in sorted(group, key=_precedence):
            place = bisect_left(starts, find.start)
            before_is_clear = place == 0 or standing[place - 1].end <= find.start
            after_is_clear = place == len(starts) or find.end <= starts[place]
            if before_is_clear and after_is_clear:
                starts.insert(place, find.start)
                standing.insert(place, find)
    return standing


def _precedence(find: Find) -> tuple[int, float, int, int]:
    return find.start - find.end, -find.confidence, _RANKS[find.kind], find.start


def _touching(ordered: Sequence[Find]) -> Iterable[list[Find]]:
    """*ordered* in runs, none of which overlaps another."""
    run: list[Find] = []
    end = 0
    for find in ordered:
        if run and find.start >= end:
            yield run
            run = []
        run.append(find)
        end = max(end, find.end)
    if run:
        yield run
