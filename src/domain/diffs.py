"""Diffs: which lines of a text became which lines of another, as few as can be told.

The lines are compared by Myers' algorithm, whose cost grows with the square of the difference
and not of the texts; what differs too much is refused rather than waited for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aether.domain.errors import Conflict, Invalid

LINES_MOST = 200_000
"""The most lines of a text that is compared."""
EDITS_MOST = 1_000
"""The most lines in which two texts may differ."""
CHARACTERS_MOST = 1_000_000
"""The most characters that a diff may show."""
CONTEXT = 3
"""How many lines are shown around those that differ."""


class DiffTooLarge(Invalid):
    """The texts are too long, or differ too much, to be compared line by line."""

    code = "DIFF_TOO_LARGE"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="to")


class TextMissing(Conflict):
    """A version has no text to be compared, because it is not understood."""

    code = "VERSION_NOT_UNDERSTOOD"

    def __init__(self, number: int) -> None:
        super().__init__(f"Version {number} is not understood, so it has no text to be compared.")


class LineKind(StrEnum):
    """What became of a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of either text, or of both."""

    kind: LineKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines that differ, with some around them.

    Attributes:
        before: The number of the first line in the old text, from 1.
        after: The number of the first line in the new text, from 1.
    """

    before: int
    after: int
    lines: Sequence[Line]


def diff(old: str, new: str) -> Sequence[Hunk]:
    """What of *old* became what in *new*; nothing where they are the same. It may take seconds.

    Raises:
        DiffTooLarge: They are too long, or differ too much.
    """
    left, right = old.split("\n"), new.split("\n")
    for lines in (left, right):
        if len(lines) > LINES_MOST:
            raise DiffTooLarge(f"Texts of more than {LINES_MOST:,} lines are not compared.")
    begin = _common(left, right)
    end = _common(left[begin:][::-1], right[begin:][::-1])
    steps = _steps(left[begin : len(left) - end], right[begin : len(right) - end])
    kinds = [LineKind.SAME] * begin + steps + [LineKind.SAME] * end
    hunks = list(_hunks(left, right, kinds))
    if sum(len(line.text) for hunk in hunks for line in hunk.lines) > CHARACTERS_MOST:
        raise DiffTooLarge(f"The lines that differ have more than {CHARACTERS_MOST:,} characters.")
    return hunks


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(left, right, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _steps(left: Sequence[str], right: Sequence[str]) -> list[LineKind]:
    """The way from *left* to *right*, line by line."""
    names: dict[str, int] = {}
    old = [names.setdefault(line, len(names)) for line in left]
    new = [names.setdefault(line, len(names)) for line in right]
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(len(old) + len(new), EDITS_MOST) + 1):
        trace.append({})
        for diagonal in range(-edits, edits + 1, 2):
            x = _start(reach, diagonal, edits)
            while x < len(old) and 0 <= x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            trace[-1][diagonal] = reach[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _walked(trace, len(old), len(new))
    raise DiffTooLarge(f"The texts differ in more than {EDITS_MOST:,} lines.")


def _start(reach: dict[int, int], diagonal: int, edits: int) -> int:
    """Where a diagonal is entered: from above by an added line, or from the left by a removed one."""
    down = diagonal == -edits or (
        diagonal != edits and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1)
    )
    return reach[diagonal + 1] if down else reach[diagonal - 1] + 1


def _walked(trace: Sequence[dict[int, int]], x: int, y: int) -> list[LineKind]:
    """The way that *trace* found to the end of both texts."""
    steps: list[LineKind] = []
    for edits in range(len(trace) - 1, 0, -1):
        reach, diagonal = trace[edits - 1], x - y
        entered = _start(reach, diagonal, edits)
        steps += [LineKind.SAME] * (x - entered)
        down = diagonal == -edits or (diagonal != edits and entered == reach.get(diagonal + 1))
        steps.append(LineKind.ADDED if down else LineKind.REMOVED)
        x, y = (entered, entered - diagonal - 1) if down else (entered - 1, entered - diagonal)
    steps += [LineKind.SAME] * x
    return steps[::-1]


def _hunks(left: Sequence[str], right: Sequence[str], kinds: Sequence[LineKind]) -> Iterator[Hunk]:
    """The lines that differ, with those around them, put together where they are near each other."""
    differing = [place for place, kind in enumerate(kinds) if kind is not LineKind.SAME]
    ranges: list[list[int]] = []
    for place in differing:
        begin, end = max(0, place - CONTEXT), min(len(kinds), place + CONTEXT + 1)
        if ranges and begin <= ranges[-1][1]:
            ranges[-1][1] = end
        else:
            ranges.append([begin, end])
    old = new = passed = 0
    for begin, end in ranges:
        old += sum(kind is not LineKind.ADDED for kind in kinds[passed:begin])
        new += sum(kind is not LineKind.REMOVED for kind in kinds[passed:begin])
        first, lines = (old + 1, new + 1), []
        for kind in kinds[begin:end]:
            lines.append(Line(kind=kind, text=right[new] if kind is LineKind.ADDED else left[old]))
            old += kind is not LineKind.ADDED
            new += kind is not LineKind.REMOVED
        yield Hunk(before=first[0], after=first[1], lines=lines)
        passed = end
