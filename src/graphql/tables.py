"""Tables in the API: what documents have in rows and columns, each cell with its place in the text."""

import strawberry

from aether.domain import checks, tables
from aether.domain.blobs import BlobKey
from aether.domain.pages import Page, Place, Slice
from aether.graphql.context import Info
from aether.graphql.lists import Connection, connection, part

SAID_MOST = 2_000
"""How much of a cell is told, in characters."""


@strawberry.type
class Box:
    """Where something stands on its page as it is shown, in points from the page's top left corner.

    Attributes:
        left: How far its left side is from the page's.
        top: How far its upper side is from the page's.
        right: How far its right side is from the page's left one.
        bottom: How far its lower side is from the page's upper one.
    """

    left: float
    top: float
    right: float
    bottom: float


@strawberry.type
class TableCell:
    """A cell of a table, and where it stands in the document's text.

    Attributes:
        column: Its column, from 0.
        text: What it says, its first 2,000 characters; `start` and `end` tell where all of it is.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
        row_span: How many rows it takes; those below its first have empty cells there.
        column_span: How many columns it takes; those beside its first have empty cells there.
    """

    column: int
    text: str
    start: int
    end: int
    row_span: int
    column_span: int


@strawberry.type
class TableRow:
    """A row of a table.

    Attributes:
        ordinal: Its place in the table, from 0.
        header: Whether it names the columns.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
    """

    ordinal: int
    header: bool
    start: int
    end: int
    table: strawberry.Private[tables.Table]

    @classmethod
    def of(cls, table: tables.Table, place: int) -> "TableRow":
        """The row at *place* of a table, shown to those who may read its document."""
        start, end = table.grid.span(place)
        return cls(ordinal=place, header=place < table.headers, start=start, end=end, table=table)

    @strawberry.field
    def cells(self, first: int = 20, offset: int = 0) -> list[TableCell]:
        """Its cells, from the left.

        Args:
            first: How many, from 1 to 100.
            offset: Only those from this column on, 0 being the first.
        """
        found = self.table.cells(self.ordinal, first=first, offset=offset)
        return [self._cell(column, cell.said, cell.start, cell.end) for column, cell in found]

    def _cell(self, column: int, said: str, start: int, end: int) -> TableCell:
        span = self.table.span(self.ordinal, column)
        return TableCell(
            column=column,
            text=said[:SAID_MOST],
            start=start,
            end=end,
            row_span=span.rows,
            column_span=span.columns,
        )


@strawberry.type
class Table:
    """A table of a document, and where it stands in it.

    Attributes:
        ordinal: Its place among the document's tables, from 0.
        page: The page it stands on, from 1; none where there are no pages.
        box: Where it stands on its page; none where that is not known.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
        headings: The headings above it, from the top down.
        row_count: How many rows it has.
        column_count: How many columns it has.
        header_row_count: How many rows at its top name its columns; 0 where the file does not say.
        document_id: The document it is of.
        document_hash: The SHA-256 of the bytes it was read from: its version of the document.
    """

    ordinal: int
    page: int | None
    box: Box | None
    start: int
    end: int
    headings: list[str]
    row_count: int
    column_count: int
    header_row_count: int
    document_id: strawberry.ID
    document_hash: str
    table: strawberry.Private[tables.Table]
    texts: strawberry.Private[BlobKey | None]

    @classmethod
    def of(cls, table: tables.Table, *, texts: BlobKey | None, document: str, file_hash: str) -> "Table":
        """*table*, which is in *texts*, shown to those who may read its document."""
        return cls(
            ordinal=table.ordinal,
            page=table.page,
            box=None if table.box is None else Box(**table.box._asdict()),
            start=table.start,
            end=table.end,
            headings=list(table.headings),
            row_count=table.grid.rows,
            column_count=table.grid.columns,
            header_row_count=table.headers,
            document_id=strawberry.ID(document),
            document_hash=file_hash,
            table=table,
            texts=texts,
        )

    @strawberry.field
    def headers(self) -> list[str]:
        """What its first 1,000 columns are called, from the left, each in 500 characters at most.

        None where it has no header rows; of many, the first 20 tell it.
        """
        return list(self.table.columns)

    @strawberry.field
    def rows(
        self, info: Info, first: int = 20, after: str | None = None, offset: int = 0
    ) -> Connection[TableRow]:
        """Its rows, header rows included, from the top.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
            offset: Only those from this row on, 0 being the first; it counts for nothing behind a cursor.
        """
        checks.number(offset, field="offset", least=0, most=tables.OFFSET_MOST)
        listing = f"rows/{self.document_id}/{self.texts}/{self.ordinal}"
        wanted = part(info, first=first, after=after, listing=listing)
        page = _page(wanted, of=self.row_count, offset=offset)
        return connection(
            info, page, lambda place: TableRow.of(self.table, place), slice=wanted, listing=listing
        )


async def tables_in(
    info: Info, texts: BlobKey | None, *, document: str, file_hash: str, first: int, after: str | None
) -> Connection[Table]:
    """A page of the tables of a text, which is of a document that the viewer may read.

    The same bytes may be read otherwise another time, so cursors are signed for what was read.
    """
    listing = f"tables/{document}/{texts}"
    wanted = part(info, first=first, after=after, listing=listing)
    found = await info.context.ports.shelf.tables(texts) if texts else ()
    page = _page(wanted, of=len(found)).of(lambda place: found[place])
    await info.context.ports.shelf.find([table for table, _ in page.items])
    return connection(
        info,
        page,
        lambda table: Table.of(table, texts=texts, document=document, file_hash=file_hash),
        slice=wanted,
        listing=listing,
    )


def _page(wanted: Slice, *, of: int, offset: int = 0) -> Page[int]:
    """The wanted ones of so many things, that are known by their places alone."""
    begin = offset if wanted.after is None else int(wanted.after.key) + 1
    places = range(min(begin, of), min(begin + wanted.first, of))
    items = [(place, Place(key=place, id=str(place))) for place in places]
    return Page(items=items, has_next=begin + wanted.first < of, total=of)
