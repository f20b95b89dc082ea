"""Extracted text: blocks in reading order, each with its place, and the draft that readers fill.

A place is a range of Unicode code points, [start, end), and holds as long as the version of
the document does.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from aether.domain.texts.refusals import FileTooComplex
from aether.domain.texts.tables import UNFIT, Layout, Merge, set_out

CHARACTERS_MOST = 50_000_000
"""The longest text, in characters."""

CHARACTERS_TOGETHER, ROWS_TOGETHER = 1 << 18, 2_000
"""How much a line tells: whoever reads or writes JSON does nothing else meanwhile, so lines are short."""

MERGES_MOST = 200_000
"""How many merged cells of a text are told; whoever shows tables has all of them in memory."""

TITLE_MOST = 200
"""The longest title, in characters; longer ones are cut."""

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


class Role(StrEnum):
    """Which part of a document says it."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    NOTE = "note"
    COMMENT = "comment"


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of a text, in code points: from *start* up to, not including, *end*."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """What *text* says here."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Span):
    """What one page says; an empty span for a page that says nothing.

    Attributes:
        number: The place of the page in the file, the first being 1.
    """

    number: int


class Box(NamedTuple):
    """Where something stands on its page as it is shown, in points from the page's top left corner."""

    left: float
    top: float
    right: float
    bottom: float


_PLAIN = Layout()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Span):
    """A heading, a paragraph, an item of a list, a table or a piece of code.

    Attributes:
        level: The depth of a heading, the highest being 1; nothing else has one.
        page: The number of the page, for formats that have pages.
        box: Where it stands on its page, for formats that set their pages.
        layout: What the text does not tell of a table; its `Grid` is in the text.
    """

    kind: BlockKind
    role: Role = Role.BODY
    level: int | None = None
    page: int | None = None
    box: Box | None = None
    layout: Layout = _PLAIN

    def packed(self) -> list[Any]:
        """This as a row of JSON values, with the layout only if there is something to it."""
        box = None if self.box is None else list(self.box)
        row = [self.start, self.end, self.kind, self.role, self.level, self.page, box]
        return row if self.layout == _PLAIN else [*row, [self.layout.headers, *map(list, self.layout.merges)]]

    @classmethod
    def unpacked(cls, row: Sequence[Any]) -> Self:
        """What `packed` packed; what was packed before there were boxes and layouts has none."""
        start, end, kind, role, level, page, *rest = row
        box, layout = [*rest, None, None][:2]
        headers, *merges = layout or [0]
        return cls(
            start=start,
            end=end,
            kind=BlockKind(kind),
            role=Role(role),
            level=level,
            page=page,
            box=Box(*box) if box else None,
            layout=Layout(headers=headers, merges=tuple(Merge(*merge) for merge in merges))
            if layout
            else _PLAIN,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What was read from a file.

    Attributes:
        text: All of it, in Unicode NFC, without control characters; lines end with a line feed.
        blocks: Its blocks in order; between them is nothing but white space.
        pages: Its pages in order; none for formats that have none.
        language: Not looked for yet.
        content_type: What the bytes are, whatever the name says.
        extractor: What read it, such as `pdf`, and that reader's version.
        metadata: What the file says of itself (`author`, `created`), and what was noticed
            (`page_count`, `pages_without_text`, `repaired`, `charset`); JSON values only.
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    language: str | None = None
    content_type: str
    extractor: str
    extractor_version: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def packed(self) -> dict[str, Any]:
        """This as JSON values, each block and page as a row."""
        return {
            "text": self.text,
            "blocks": [block.packed() for block in self.blocks],
            "pages": [[p.start, p.end] for p in self.pages],
            "title": self.title,
            "language": self.language,
            "content_type": self.content_type,
            "extractor": self.extractor,
            "extractor_version": self.extractor_version,
            "metadata": dict(self.metadata),
        }

    @classmethod
    def unpacked(cls, row: Mapping[str, Any]) -> Self:
        """What `packed` packed."""
        return cls.of_lines([row])

    def lines(self) -> Iterator[dict[str, Any]]:
        """This as JSON values that are small each: texts and lists go on from one to the next."""
        for start in range(0, len(self.text), CHARACTERS_TOGETHER):
            yield {"text": self.text[start : start + CHARACTERS_TOGETHER]}
        for start in range(0, len(self.blocks), ROWS_TOGETHER):
            yield {"blocks": [block.packed() for block in self.blocks[start : start + ROWS_TOGETHER]]}
        for start in range(0, len(self.pages), ROWS_TOGETHER):
            yield {"pages": [[p.start, p.end] for p in self.pages[start : start + ROWS_TOGETHER]]}
        yield replace(self, text="", blocks=(), pages=()).packed()

    @classmethod
    def of_lines(cls, lines: Iterable[Mapping[str, Any]]) -> Self:
        """What `lines` gave; what `packed` packed is one such line."""
        texts, blocks, pages, rest = list[str](), list[Block](), list[Page](), dict[str, Any]()
        for line in lines:
            rest |= line
            texts.append(line.get("text", ""))
            blocks += map(Block.unpacked, line.get("blocks", ()))
            pages += (
                Page(start=start, end=end, number=number)
                for number, (start, end) in enumerate(line.get("pages", ()), len(pages) + 1)
            )
        return cls(**{**rest, "text": "".join(texts), "blocks": tuple(blocks), "pages": tuple(pages)})


class Draft:
    """A text in the making, for readers: blocks are added in reading order, page by page."""

    def __init__(self, *, most: int = CHARACTERS_MOST) -> None:
        self._most = most
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[Page] = []
        self._merges_left = MERGES_MOST

    def turn(self) -> None:
        """Begin the next page."""
        here = self._length
        self._pages.append(Page(start=here, end=here, number=len(self._pages) + 1))

    def add(
        self,
        said: str,
        kind: BlockKind = BlockKind.PARAGRAPH,
        *,
        role: Role = Role.BODY,
        level: int | None = None,
        box: Box | None = None,
    ) -> None:
        """Add a block that is no table, tidied; nothing, if it says nothing.

        Raises:
            FileTooComplex: The text grows too long.
        """
        self._put(_tidied(said, keep_indent=kind is BlockKind.CODE), kind, role=role, level=level, box=box)

    def table(
        self,
        rows: Iterable[Sequence[str]],
        *,
        headers: int = 0,
        merges: Sequence[Merge] = (),
        role: Role = Role.BODY,
        box: Box | None = None,
    ) -> None:
        """Add a table, its cells tidied; nothing, if they say nothing.

        Args:
            rows: Its rows, from the top; each has its cells from the left.
            headers: How many rows at the top name the columns, if the file says so.
            merges: The cells that are one, as *rows* has them; of very many in a text, the first are told.
            role: Which part of the document says it.
            box: Where it stands on its page.

        Raises:
            FileTooComplex: The text grows too long.
        """
        said, layout = set_out(rows, headers=headers, merges=merges[: self._merges_left])
        self._merges_left -= len(layout.merges)
        self._put(said, BlockKind.TABLE, role=role, box=box, layout=layout)

    def _put(
        self,
        tidy: str,
        kind: BlockKind,
        *,
        role: Role,
        level: int | None = None,
        box: Box | None = None,
        layout: Layout = _PLAIN,
    ) -> None:
        if not tidy:
            return
        start = self._length + 2 if self._parts else 0
        end = start + len(tidy)
        if end > self._most:
            raise FileTooComplex(f"The file says more than {self._most:,} characters.")
        page = self._grown_page(start, end)
        self._blocks.append(
            Block(start=start, end=end, kind=kind, role=role, level=level, page=page, box=box, layout=layout)
        )
        self._parts.append(tidy)
        self._length = end

    def finished(
        self,
        *,
        content_type: str,
        extractor: str,
        version: str,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Extracted:
        """The text as added; its title is *title*, or else its first highest heading."""
        text = "\n\n".join(self._parts)
        headings = (b for b in self._blocks if b.kind is BlockKind.HEADING)
        first = min(headings, key=lambda b: b.level or 1, default=None)
        said = _tidied(title or "", keep_indent=False) or (first.of(text) if first else "")
        return Extracted(
            text=text,
            blocks=tuple(self._blocks),
            pages=tuple(self._pages),
            title=" ".join(said.split())[:TITLE_MOST] or None,
            content_type=content_type,
            extractor=extractor,
            extractor_version=version,
            metadata=metadata or {},
        )

    def _grown_page(self, start: int, end: int) -> int | None:
        if not self._pages:
            return None
        page = self._pages[-1]
        begins = start if page.start == page.end else page.start
        self._pages[-1] = Page(start=begins, end=end, number=page.number)
        return page.number


def _tidied(said: str, *, keep_indent: bool) -> str:
    if not said.replace("\n", " ").isprintable():  # What is, has nothing to mend, and most is.
        said = UNFIT.sub("", _BREAKS.sub("\n", said))
    if not unicodedata.is_normalized("NFC", said):
        said = unicodedata.normalize("NFC", said)
    return said.strip("\n").rstrip() if keep_indent and said.strip() else said.strip()
