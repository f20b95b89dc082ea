"""Tables on a page of a PDF, where none is marked as one: drawn with rules, or set in columns.

Of what is not drawn, only short words in three lines or more, apart by gaps that all of them share,
are taken for a table: two columns of prose are none, nor is a list. Each table stands where its first line
stood; a line that lies only partly in it keeps the rest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from aether.adapters.extraction.lattices import Lattice, lattices_of
from aether.adapters.extraction.paragraphs import SIZES, Paragraph
from aether.adapters.extraction.rules import rules_on
from aether.adapters.extraction.typeset import Line, Sheet, lines_of, paragraphs_of, sheet_of, whole

FILLED_LEAST = 3
"""How many cells of a table say something at least."""
CELL_MOST = 1_500
"""The longest cell of a table that is drawn, in characters; what says more is a page in a frame."""
LOOSE = 0.6
"""From how wide on a line may have gaps, in its height for each of its characters."""
GAP = 1.2
"""How wide a gap between two columns is at least, in heights of their lines."""
LEVEL = 1.0
"""How far the feet of lines that stand beside each other are apart at most, in points."""
APART = 3.0
"""How far apart two rows that are not drawn may be, in heights of their lines."""
ROWS_LEAST = 3
USUAL_MOST = 30
"""How long cells that are not drawn are at most on an average, in characters; what says more is prose."""
SHARE_LEAST = 0.6
"""Which share of its rows says something in each column, at least."""

_WORD = re.compile(r"\S+")
_MARK = re.compile(r"[\W_]{1,2}|\(?\w{1,4}[.):]")
"""What stands before an item of a list."""


class _Word(NamedTuple):
    """A word, and where it stands on the page as it is shown."""

    said: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class _Found(NamedTuple):
    """A table, the lines that it takes, and what is left of them."""

    table: Paragraph
    taken: Mapping[int, Line | None]


class _Words:
    """Where the words of a page stand."""

    def __init__(self, layer: Any, said: str, sheet: Sheet) -> None:
        self._layer = layer
        self._said = said
        self._sheet = sheet
        self._box = pdfium.FS_RECTF()

    def of(self, line: Line) -> list[_Word]:
        """The words of a line."""
        found = _WORD.finditer(self._said, line.start, line.end)
        return [self._between(it.start(), it.end()) for it in found]

    def _between(self, start: int, end: int) -> _Word:
        boxes = []
        for place in (start, end - 1):
            pdfium.FPDFText_GetLooseCharBox(self._layer, place, self._box)
            boxes.append((self._box.left, self._box.bottom, self._box.right, self._box.top))
        (l0, b0, r0, t0), (l1, b1, r1, t1) = boxes
        shown = self._sheet.shown((min(l0, l1), min(b0, b1), max(r0, r1), max(t0, t1)))
        return _Word(whole(self._said[start:end]), *shown)


def parts_of(page: Any, layer: Any, said: str) -> list[Paragraph]:
    """The paragraphs and tables of a page, in order."""
    lines, sheet = list(lines_of(layer, said)), sheet_of(page)
    words = _Words(layer, said, sheet)
    drawn = list(_drawn(page, lines, words, sheet))
    taken = {place for it in drawn for place in it.taken}
    found = [*drawn, *_aligned(lines, taken, words, sheet)]
    return _in_order(lines, found, sheet) if found else paragraphs_of(lines, sheet)


def _in_order(lines: Sequence[Line], found: Sequence[_Found], sheet: Sheet) -> list[Paragraph]:
    begins = {min(it.taken): it.table for it in found}
    taken = {place: line for it in found for place, line in it.taken.items()}
    parts: list[Paragraph] = []
    run: list[Line] = []
    for place, line in enumerate(lines):
        if place in begins:
            parts += [*paragraphs_of(run, sheet), begins[place]]
            run = []
        if (left := taken.get(place, line)) is not None:
            run.append(left)
    return parts + paragraphs_of(run, sheet)


def _drawn(page: Any, lines: Sequence[Line], words: _Words, sheet: Sheet) -> Iterator[_Found]:
    """The tables that are drawn with rules."""
    rules = rules_on(page, sheet)
    if rules is None:
        return
    boxes = [sheet.shown((it.left, it.last_foot, it.right, it.foot + it.height)) for it in lines]
    gone: set[int] = set()
    for lattice in lattices_of(rules):
        left, right, top, bottom = lattice.xs[0], lattice.xs[-1], lattice.ys[0], lattice.ys[-1]
        within = [
            place
            for place, box in enumerate(boxes)
            if place not in gone and box[0] < right and left < box[2] and box[1] < bottom and top < box[3]
        ]
        found = _filled(lattice, {place: lines[place] for place in within}, words)
        if found is not None:
            gone.update(found.taken)
            yield found


def _filled(lattice: Lattice, lines: Mapping[int, Line], words: _Words) -> _Found | None:
    """A lattice with the words in its cells; none if it is no table."""
    anchors = {
        (row, column): (it.row, it.column)
        for it in lattice.merges
        for row in range(it.row, it.row + it.rows)
        for column in range(it.column, it.column + it.columns)
    }
    cells: dict[tuple[int, int], list[str]] = {}
    taken: dict[int, Line | None] = {}
    for place, line in lines.items():
        outside: list[_Word] = []
        inside = False
        for word in words.of(line):
            cell = lattice.cell(*word.middle)
            if cell is None:
                outside.append(word)
            else:
                cells.setdefault(anchors[cell], []).append(word.said)
                inside = True
        if inside:
            taken[place] = _rest(line, outside)
    said = {cell: " ".join(it) for cell, it in cells.items()}
    rows, columns = ({cell[axis] for cell in said} for axis in (0, 1))
    if (
        len(said) < FILLED_LEAST
        or min(len(rows), len(columns)) < 2  # noqa: PLR2004 - a table has two of each
        or max(map(len, said.values())) > CELL_MOST
    ):
        return None
    grid = [
        [said.get((row, column), "") for column in range(len(lattice.xs) - 1)]
        for row in range(len(lattice.ys) - 1)
    ]
    merges = [it for it in lattice.merges if it.rows * it.columns > 1]
    box = [round(it, 1) for it in (lattice.xs[0], lattice.ys[0], lattice.xs[-1], lattice.ys[-1])]
    return _Found(_table(grid, merges, lines[min(taken)].height, box), taken)


def _rest(line: Line, outside: Sequence[_Word]) -> Line | None:
    """What is left of a line of which only some words lie outside a table; its place stays that of all."""
    return line._replace(said=" ".join(word.said for word in outside)) if outside else None


def _table(
    rows: Sequence[Sequence[str]], merges: Sequence[Sequence[int]], height: float, box: Sequence[float]
) -> Paragraph:
    said = "\n".join(" ".join(filter(None, row)) for row in rows)
    return Paragraph(said, height, box, None, rows, merges)


def _aligned(lines: Sequence[Line], taken: set[int], words: _Words, sheet: Sheet) -> Iterator[_Found]:
    """The tables that are set in columns without rules."""
    loose = [it.right - it.left > LOOSE * it.height * len(it.said) for it in lines]
    level = [above.foot == line.foot for above, line in pairwise(lines)]
    if sum(loose) + sum(level) < ROWS_LEAST or sheet.turned % 2:
        return
    run: list[list[int]] = []
    for row in _rows(lines):
        fits = (len(row) > 1 or loose[row[0]]) and taken.isdisjoint(row)
        if run and not (fits and _follows(lines[run[-1][0]], lines[row[0]])):
            yield from _columned(run, lines, words)
            run = []
        if fits:
            run.append(row)
    yield from _columned(run, lines, words)


def _rows(lines: Sequence[Line]) -> list[list[int]]:
    """The places of *lines*, those together that stand beside each other: a wide gap may part a line."""
    rows: list[list[int]] = []
    for place, line in enumerate(lines):
        before = lines[place - 1]
        if rows and abs(before.foot - line.foot) < LEVEL and before.right <= line.left:
            rows[-1].append(place)
        else:
            rows.append([place])
    return rows


def _follows(above: Line, line: Line) -> bool:
    alike = line.height < above.height * SIZES[-1] and above.height < line.height * SIZES[-1]
    return alike and 0 < above.foot - line.foot < APART * line.height


def _columned(run: Sequence[Sequence[int]], lines: Sequence[Line], words: _Words) -> Iterator[_Found]:
    """The table in a run of rows, if it is one: all of them have their words in the same columns."""
    if len(run) < ROWS_LEAST:
        return
    gap = GAP * lines[run[0][0]].height
    parts = [_apart([word for place in row for word in words.of(lines[place])], gap) for row in run]
    columns = _columns([part for row in parts for part in row], gap)
    rows = [
        [" ".join(it.said for it in row if left <= it.left < right) for left, right in columns]
        for row in parts
    ]
    if _tabular(rows):
        box = [
            min(it.left for row in parts for it in row),
            min(it.top for row in parts for it in row),
            max(it.right for row in parts for it in row),
            max(it.bottom for row in parts for it in row),
        ]
        yield _Found(_table(rows, (), lines[run[0][0]].height, box), dict.fromkeys(chain.from_iterable(run)))


def _apart(words: Sequence[_Word], gap: float) -> list[_Word]:
    """The words of a line, those put together that no wide gap parts."""
    parts: list[_Word] = []
    for word in sorted(words, key=lambda word: word.left):
        if parts and word.left - parts[-1].right < gap:
            last = parts[-1]
            parts[-1] = _Word(
                f"{last.said} {word.said}",
                last.left,
                min(last.top, word.top),
                max(last.right, word.right),
                max(last.bottom, word.bottom),
            )
        else:
            parts.append(word)
    return parts


def _columns(parts: Sequence[_Word], gap: float) -> list[tuple[float, float]]:
    """From where to where each column reaches: no part of any line stands in the gaps between them."""
    columns: list[tuple[float, float]] = []
    for part in sorted(parts, key=lambda part: part.left):
        if columns and part.left - columns[-1][1] < gap / 2:
            columns[-1] = columns[-1][0], max(columns[-1][1], part.right)
        else:
            columns.append((part.left, part.right))
    return columns


def _tabular(rows: Sequence[Sequence[str]]) -> bool:
    """Whether what stands in columns is a table, and neither prose nor a list."""
    if len(rows[0]) < 2:  # noqa: PLR2004 - a table has two columns
        return False
    said = [cell for row in rows for cell in row if cell]
    return (
        sum(map(len, said)) <= USUAL_MOST * len(said)
        and all(sum(map(bool, column)) >= SHARE_LEAST * len(rows) for column in zip(*rows, strict=True))
        and not all(_MARK.fullmatch(row[0]) for row in rows)
    )
