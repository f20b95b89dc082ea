"""Word documents: the body, then what stands around it, each part with its role.

Text that was deleted under change tracking is left out; text in boxes stands where its box is
anchored. The parts are parsed as a stream, with entities, DTDs and the network off.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from lxml import etree

from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.markup import LIBRARY, events, told_in
from aether.adapters.extraction.packages import Package
from aether.domain.texts import JOINT, BlockKind, Draft, Extracted, Merge, Role

VERSION = f"2 {LIBRARY}"

_AROUND = (
    ("header+xml", Role.HEADER),
    ("footer+xml", Role.FOOTER),
    ("footnotes+xml", Role.NOTE),
    ("endnotes+xml", Role.NOTE),
    ("comments+xml", Role.COMMENT),
)
_NO_HEADING = 9
_SPAN_MOST = 1_000
"""How many columns a cell takes at most."""
_HEADING_NAME = re.compile(r"heading (\d)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MARKUP = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SAID = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": ""}
_NAMES = (
    "p",
    "tbl",
    "tr",
    "tc",
    "t",
    "tab",
    "br",
    "cr",
    "noBreakHyphen",
    "pStyle",
    "numPr",
    "outlineLvl",
    "moveFrom",
    "tabs",
    "gridSpan",
    "vMerge",
    "tblHeader",
)
_TAGS = [*(space + name for space in (_W, _STRICT) for name in _NAMES), f"{_MATH}t", f"{_MARKUP}Fallback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """What a paragraph style makes of a paragraph."""

    level: int | None = None
    listed: bool = False


@dataclass(slots=True)
class _Paragraph:
    said: list[str] = field(default_factory=list)
    level: int | None = None
    listed: bool = False


def read(source: Source) -> Extracted:
    """The text of a Word document.

    Raises:
        FileBroken: A part is missing, or is not XML.
    """
    draft = Draft()
    with Package(source.path) as package:
        styles = _styles(package)
        _Story(draft, Role.BODY, styles).read(package, package.main_part or "")
        seen: set[str] = set()
        for ending, role in _AROUND:
            for name in package.with_type(ending):
                _Story(draft, role, styles, seen).read(package, name)
        told = told_in(package)
    return draft.finished(
        content_type=source.content_type,
        extractor="docx",
        version=VERSION,
        title=told.pop("title", None),
        metadata=told,
    )


@dataclass(slots=True)
class _Cell:
    """A cell of a table.

    Attributes:
        columns: How many columns it takes.
        merged: Whether it goes on below (`restart`), or is the rest of one above (`continue`).
    """

    said: list[str] = field(default_factory=list)
    columns: int = 1
    merged: str = ""


@dataclass(slots=True)
class _Row:
    cells: list[_Cell] = field(default_factory=list)
    heads: bool = False


class _Story:
    """A part of a document that is text, on its way into a draft."""

    def __init__(
        self, draft: Draft, role: Role, styles: Mapping[str, _Style], seen: set[str] | None = None
    ) -> None:
        self._draft = draft
        self._role = role
        self._styles = styles
        self._seen = seen
        self._paragraphs: list[_Paragraph] = []
        self._tables = 0
        self._rows: list[_Row] = []
        self._muted = 0

    def read(self, package: Package, name: str) -> None:
        """Read the part called *name*."""
        with package.open(name) as part:
            for event, element in events(part, _TAGS):
                tag = etree.QName(element).localname
                if tag in {"Fallback", "moveFrom", "tabs"}:
                    self._muted += 1 if event == "start" else -1
                elif event == "start":
                    self._start(tag)
                elif not self._muted or tag in {"p", "tbl"}:
                    self._end(tag, element)
                if event == "end" and tag in {"p", "tbl"}:
                    element.clear()

    def _start(self, tag: str) -> None:
        if tag == "p":
            self._paragraphs.append(_Paragraph())
        elif tag == "tbl":
            self._tables += 1
        elif tag == "tr" and self._tables == 1:
            self._rows.append(_Row())
        elif tag == "tc" and self._tables == 1 and self._rows:
            self._rows[-1].cells.append(_Cell())

    def _end(self, tag: str, element: etree._Element) -> None:
        if tag == "p":
            self._end_paragraph(self._paragraphs.pop())
        elif tag == "tbl":
            self._end_table()
        elif tag in {"gridSpan", "vMerge", "tblHeader"}:
            if self._tables == 1 and self._rows:
                _shape(self._rows[-1], tag, _value(element))
        elif self._paragraphs:
            self._end_run(tag, element, self._paragraphs[-1])

    def _end_run(self, tag: str, element: etree._Element, paragraph: _Paragraph) -> None:
        if tag == "t":
            paragraph.said.append(element.text or "")
        elif tag in _SAID:
            paragraph.said.append(_SAID[tag])
        elif tag == "pStyle":
            style = self._styles.get(_value(element), _Style())
            paragraph.level, paragraph.listed = style.level, style.listed
        elif tag == "numPr":
            paragraph.listed = True
        elif tag == "outlineLvl":
            paragraph.level = _outline(element)

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        said = "".join(paragraph.said)
        if self._tables:
            if self._rows and self._rows[-1].cells:
                self._rows[-1].cells[-1].said.append(said)
        elif paragraph.level:
            self._add(" ".join(said.split()), BlockKind.HEADING, level=paragraph.level)
        else:
            self._add(said, BlockKind.LIST_ITEM if paragraph.listed else BlockKind.PARAGRAPH)

    def _end_table(self) -> None:
        self._tables -= 1
        if self._tables:
            return
        rows, self._rows = self._rows, []
        grid, merges = _spread(rows)
        if self._fresh("\n".join(map(JOINT.join, grid))):
            headers = len(list(takewhile(lambda row: row.heads, rows)))
            self._draft.table(grid, headers=headers, merges=merges, role=self._role)

    def _add(self, said: str, kind: BlockKind, level: int | None = None) -> None:
        if self._fresh(said):
            self._draft.add(said, kind, role=self._role, level=level)

    def _fresh(self, said: str) -> bool:
        """Whether to tell it: around the body, what each section repeats is told once."""
        if self._seen is None:
            return True
        before = len(self._seen)
        self._seen.add(said)
        return len(self._seen) > before


def _shape(row: _Row, tag: str, value: str) -> None:
    """Heed what is said of a row, or of the cell that is being read in it."""
    if tag == "tblHeader":
        row.heads = value not in {"0", "false", "off"}
    elif row.cells and tag == "gridSpan":
        row.cells[-1].columns = min(int(value), _SPAN_MOST) if value.isdecimal() else 1
    elif row.cells:
        row.cells[-1].merged = value or "continue"


def _spread(rows: Sequence[_Row]) -> tuple[list[list[str]], list[Merge]]:
    """The cells of *rows* in their columns, and those that are one."""
    grid: list[list[str]] = []
    merges: dict[tuple[int, int], Merge] = {}
    begun: dict[int, int] = {}
    for number, row in enumerate(rows):
        line: list[str] = []
        for cell in row.cells:
            column = len(line)
            if cell.merged != "continue":
                begun[column] = number
            first = begun.get(column, number)
            if (number - first + 1) * cell.columns > 1:
                merges[first, column] = Merge(first, column, number - first + 1, cell.columns)
            line += [" ".join(cell.said), *[""] * (cell.columns - 1)]
        grid.append(line)
    return grid, list(merges.values())


def _value(element: etree._Element) -> str:
    name = str(element.tag).rpartition("}")[0] + "}val"
    return str(element.get(name, ""))


def _outline(element: etree._Element) -> int | None:
    """The level of a heading; none if it is none."""
    value = _value(element)
    return int(value) + 1 if value.isdecimal() and int(value) < _NO_HEADING else None


def _styles(package: Package) -> dict[str, _Style]:
    """The paragraph styles that make headings or lists, by id, what they are based on included."""
    based: dict[str, str] = {}
    styles: dict[str, _Style] = {}
    for name in package.with_type("styles+xml")[:1]:
        with package.open(name) as part:
            for event, style in events(part, [_W + "style", _STRICT + "style"]):
                if event == "end":
                    space = str(style.tag).rpartition("}")[0] + "}"
                    id = str(style.get(space + "styleId", ""))
                    styles[id] = _style(style, space)
                    if (base := style.find(space + "basedOn")) is not None:
                        based[id] = _value(base)
                    style.clear()
    return {id: _inherited(id, styles, based) for id in styles}


def _style(style: etree._Element, space: str) -> _Style:
    name = style.find(space + "name")
    called = _value(name) if name is not None else ""
    outline = style.find(f"{space}pPr/{space}outlineLvl")
    listed = style.find(f"{space}pPr/{space}numPr") is not None or called.lower().startswith("list ")
    if found := _HEADING_NAME.fullmatch(called):
        return _Style(level=int(found[1]))
    if called.lower() == "title":
        return _Style(level=1)
    return _Style(level=None if outline is None else _outline(outline), listed=listed)


def _inherited(id: str, styles: Mapping[str, _Style], based: Mapping[str, str]) -> _Style:
    for _ in range(10):
        style = styles.get(id, _Style())
        if style != _Style() or id not in based:
            return style
        id = based[id]
    return _Style()
