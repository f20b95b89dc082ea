"""Tables: grids of cells that the text itself tells.

A row is a line, and its cells are parted by ` | `, so that every cell is a range of the text and nothing
else has to be kept. It can be told back because a cell is tidied: its white space is single spaces, none at
its ends, and a bar that would read as a joint, for it stands at an end or beside a space, is written `¦`.

Empty cells at the end of a row are not written, and one at its beginning is a bar alone. A row that says
nothing is left out. Read back, a grid is as wide as its widest row.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import accumulate, islice
from typing import NamedTuple

JOINT = " | "

BATCH = 400
"""How many rows are looked at together."""
TOGETHER = 1 << 18
"""Of how many characters the lines are parted together, and some more up to the end of one."""
MARKED = 1_000
"""Of a row with more cells, the place of every so many'th is kept."""

UNFIT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""What no text has: controls, half pairs, and what is no character."""
_BAR = re.compile(r"(?<!\S)\||\|(?!\S)")
_FIRST_EMPTY = JOINT.lstrip()
_JOINTS = re.compile(r"(?<![^\n])\| | \| ")
"""What parts cells; texts from before wrote a space in front of the bar of an empty first cell."""


class Merge(NamedTuple):
    """Cells that are one: it stands in the first of them, and the others are empty."""

    row: int
    column: int
    rows: int
    columns: int


class Cell(NamedTuple):
    """A cell of a table, and where it stands in the text: from *start* up to, not including, *end*."""

    said: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a text does not tell of a table.

    Attributes:
        headers: How many rows at the top name the columns, where the file says so.
        merges: The cells that are one, row by row.
    """

    headers: int = 0
    merges: tuple[Merge, ...] = ()


def set_out(
    rows: Iterable[Sequence[str]], *, headers: int = 0, merges: Sequence[Merge] = ()
) -> tuple[str, Layout]:
    """*rows* as the text of a table, and what it does not tell; empty if they say nothing.

    *headers* and *merges* count the rows as they are given, those that say nothing included.
    """
    lines = list(_lines(rows))
    before = list(accumulate((bool(line) for line in lines), initial=0)) if headers or merges else [0]
    told = (_shifted(merge, before) for merge in sorted(merges))
    layout = Layout(
        headers=before[min(headers, len(before) - 1)],
        merges=tuple(merge for merge in told if merge.rows and merge.rows * merge.columns > 1),
    )
    return "\n".join(filter(None, lines)), layout


def _shifted(merge: Merge, before: Sequence[int]) -> Merge:
    """*merge*, now that rows are left out."""
    first, last = (min(place, len(before) - 1) for place in (merge.row, merge.row + merge.rows))
    return merge._replace(row=before[first], rows=before[last] - before[first])


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The line of each row, empty for those that say nothing."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        lines = [JOINT.join(row) for row in batch]
        if not _tidy(".".join(lines), joints=sum(map(len, batch)) - sum(map(bool, batch))):
            lines = [JOINT.join(map(tidied, row)) for row in batch]
        for line in lines:
            yield line.rstrip(" |").lstrip(" ")


def _tidy(said: str, *, joints: int) -> bool:
    """Whether the cells of lines, parted by full stops, need no tidying, those at the ends of lines aside.

    It counts, for that is quick: no bars but the joints, and no double spaces but in empty cells.
    """
    doubles = said.count("  ")
    return (
        said.isprintable()
        and said.count("|") == joints
        and (not doubles or (said.count("|  ") == said.count("  |") == doubles and "   " not in said))
        and (said.isascii() or unicodedata.is_normalized("NFC", said))
    )


def tidied(cell: str) -> str:
    """What a cell says, as a table has it."""
    said = " ".join(UNFIT.sub("", " ".join(cell.split())).split())
    return _BAR.sub("¦", unicodedata.normalize("NFC", said))


def _lines_in(said: str) -> Iterator[str]:
    """The lines of a text, with their ends; those of a long one not all at a time, which holds up others."""
    begin = 0
    while begin < len(said):
        end = said.find("\n", begin + TOGETHER) + 1 or len(said)
        yield from StringIO(said[begin:end], newline="\n")
        begin = end


class Grid:
    """The cells of a table, found in its text.

    It keeps where the rows begin, and some cells of the longest, so that of a row with millions of cells
    any few are found at once.

    Args:
        said: What the table says.
        start: Where that begins in the whole text.
    """

    def __init__(self, said: str, *, start: int = 0) -> None:
        self._said = said
        self._start = start
        self._begins = array("L", [0])
        self._marks: dict[int, array[int]] = {}
        self.columns = 1
        for place, line in enumerate(_lines_in(said)):
            self._begins.append(self._begins[place] + len(line))
            if (width := line.count(JOINT) + 1 + line.startswith(_FIRST_EMPTY)) > self.columns:
                self.columns = width
            if width > MARKED:
                self._marks[place] = self._marked(place)
        self._begins[-1] = len(said) + 1

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self._begins) - 1

    def span(self, place: int) -> tuple[int, int]:
        """Where a row begins and ends in the whole text, 0 being the first."""
        begin, end = self._bounds(place)
        return self._start + begin, self._start + end

    def cells(self, place: int, *, first: int, offset: int = 0) -> Iterator[Cell]:
        """The *first* cells of a row behind *offset*; there are as many as columns. 0 is the first row."""
        _, end = self.span(place)
        found, wanted = 0, min(first, self.columns - offset)
        for cell in islice(self._written(place, offset), max(0, wanted)):
            found += 1
            yield cell
        for _ in range(found, wanted):
            yield Cell("", end, end)

    def _written(self, place: int, offset: int) -> Iterator[Cell]:
        """The cells of a row behind *offset* that are written."""
        begin, end = self._bounds(place)
        marks = self._marks.get(place, ())
        known = min(offset // MARKED, len(marks))
        since = marks[known - 1] if known else begin
        left = offset - known * MARKED
        for joint in _JOINTS.finditer(self._said, since, end):
            if left <= 0:
                yield self._cell(since, joint.start())
            since, left = joint.end(), left - 1
        if left <= 0:
            yield self._cell(since, end)

    def _cell(self, begin: int, end: int) -> Cell:
        return Cell(self._said[begin:end], self._start + begin, self._start + end)

    def _bounds(self, place: int) -> tuple[int, int]:
        return self._begins[place], self._begins[place + 1] - 1

    def _marked(self, place: int) -> "array[int]":
        """Where every so many'th cell of a row begins."""
        joints = _JOINTS.finditer(self._said, self._begins[place], self._begins[place + 1])
        return array("L", (joint.end() for joint in islice(joints, MARKED - 1, None, MARKED)))
