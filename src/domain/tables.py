"""Tables: what the text of a document has in rows and columns, each cell with its place in the text.

They are found in the text whenever they are asked for; nothing of them is kept but the text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aether.domain import checks
from aether.domain.texts import BlockKind, Box, Cell, Extracted, Grid, Merge, Span, sections_of

CELLS_MOST = 100
"""How many cells of a row are told at a time, at most."""
OFFSET_MOST = 1_000_000_000
"""The furthest place that can be asked for."""


@dataclass(frozen=True, kw_only=True)
class Table(Span):
    """A table of a text.

    Attributes:
        ordinal: Its place among the tables of the text, the first being 0.
        page: The number of the page it stands on, for formats that have pages.
        box: Where it stands on its page, for formats that set their pages.
        headings: The headings over it, the highest first.
        headers: How many rows at its top name its columns, where the file says so.
        merges: The cells that are one, row by row.
        said: What it says.
    """

    ordinal: int
    page: int | None
    box: Box | None
    headings: tuple[str, ...]
    headers: int
    merges: tuple[Merge, ...]
    said: str

    @cached_property
    def grid(self) -> Grid:
        """Its cells. It takes some milliseconds to find those of a long table, but only once."""
        return Grid(self.said, start=self.start)

    @cached_property
    def columns(self) -> Sequence[str]:
        """What each column is called, by its cells in the header rows; nothing where there are none.

        A cell that is several columns wide names them all.
        """
        names: list[list[str]] = [[] for _ in range(self.grid.columns)] if self.headers else []
        for place in range(self.headers):
            for column, cell in enumerate(self.grid.row(place)):
                merge = self._covering.get((place, column))
                said = cell.said if merge is None else self.grid.row(place)[merge.column].said
                names[column] += [said] * bool(said)
        return [" ".join(name) for name in names]

    def span(self, row: int, column: int) -> Merge:
        """How far the cell at this place reaches."""
        return self._spans.get((row, column)) or Merge(row, column, 1, 1)

    def cells(self, row: int, *, first: int, offset: int) -> Sequence[tuple[int, Cell]]:
        """The *first* cells of a row behind *offset*, each with its column.

        Raises:
            Invalid: *first* is not from 1 to 100, or *offset* is not from 0 to 1,000,000,000.
        """
        checks.number(first, field="first", least=1, most=CELLS_MOST)
        checks.number(offset, field="offset", least=0, most=OFFSET_MOST)
        return list(enumerate(self.grid.row(row)))[offset : offset + first]

    @cached_property
    def _spans(self) -> Mapping[tuple[int, int], Merge]:
        return {(merge.row, merge.column): merge for merge in self.merges}

    @cached_property
    def _covering(self) -> Mapping[tuple[int, int], Merge]:
        """The merges that begin in header rows and lie beside their first cell, by each place there."""
        return {
            (merge.row, column): merge
            for merge in self.merges
            if merge.row < self.headers
            for column in range(merge.column + 1, min(merge.column + merge.columns, self.grid.columns))
        }


def tables_of(extracted: Extracted) -> Sequence[Table]:
    """The tables of a text, in order."""
    if all(block.kind is not BlockKind.TABLE for block in extracted.blocks):
        return ()
    found = [
        (block, section)
        for block, section in zip(extracted.blocks, sections_of(extracted), strict=True)
        if block.kind is BlockKind.TABLE
    ]
    return [
        Table(
            start=block.start,
            end=block.end,
            ordinal=ordinal,
            page=block.page,
            box=block.box,
            headings=section.path,
            headers=block.layout.headers,
            merges=block.layout.merges,
            said=block.of(extracted.text),
        )
        for ordinal, (block, section) in enumerate(found)
    ]
