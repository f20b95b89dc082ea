"""Tables: what the text of a document has in rows and columns, each cell with its place in the text.

They are found in the text whenever they are asked for; nothing of them is kept but the text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aether.domain import checks
from aether.domain.texts import BlockKind, Box, Cell, Extracted, Grid, Merge, Span, sections_of

CELLS_MOST = 100
"""How many cells of a row are told at a time, at most."""
OFFSET_MOST = 1_000_000_000
"""The furthest place that can be asked for."""
NAMED_MOST = 1_000
"""How many columns are told by name, at most."""
NAME_MOST = 500
"""How much of what a column is called is told, in characters."""
NAMING_MOST = 20
"""How many header rows name columns, at most."""


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

    def find(self) -> None:
        """Find its cells now, which takes a while for a long table, but only once."""
        self.span(0, self.grid.columns - 1)

    @property
    def found(self) -> bool:
        """Whether its cells are found already."""
        return {"grid", "_spans"} <= vars(self).keys()

    @cached_property
    def grid(self) -> Grid:
        """Its cells."""
        return Grid(self.said, start=self.start)

    @cached_property
    def columns(self) -> Sequence[str]:
        """What its first 1,000 columns are called, by their cells in the header rows; nothing without such.

        A cell that is several columns wide names them all. Of very many header rows, the first ones tell it.
        """
        width = min(self.grid.columns, NAMED_MOST) if self.headers else 0
        names = [""] * width
        for place in range(min(self.headers, NAMING_MOST)):
            for column, said in enumerate(self._reaching(place, width)):
                names[column] = f"{names[column]} {said}".strip()[:NAME_MOST]
        return names

    def _reaching(self, row: int, width: int) -> Iterator[str]:
        """What the cells of a row say, each as often as it is columns wide."""
        said, until = "", 0
        for column, cell in enumerate(self.grid.cells(row, first=width)):
            if column >= until:
                said, until = cell.said[:NAME_MOST], column + self.span(row, column).columns
            yield said

    def span(self, row: int, column: int) -> Merge:
        """How far the cell at this place reaches; columns in which nothing is said are none."""
        merge = self._spans.get((row, column)) or Merge(row, column, 1, 1)
        return merge._replace(columns=min(merge.columns, self.grid.columns - column))

    def cells(self, row: int, *, first: int, offset: int) -> Sequence[tuple[int, Cell]]:
        """The *first* cells of a row behind *offset*, each with its column.

        Raises:
            Invalid: *first* is not from 1 to 100, or *offset* is not from 0 to 1,000,000,000.
        """
        checks.number(first, field="first", least=1, most=CELLS_MOST)
        checks.number(offset, field="offset", least=0, most=OFFSET_MOST)
        return list(enumerate(self.grid.cells(row, first=first, offset=offset), offset))

    @cached_property
    def _spans(self) -> Mapping[tuple[int, int], Merge]:
        return {(merge.row, merge.column): merge for merge in self.merges}


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
