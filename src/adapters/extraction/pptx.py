"""PowerPoint presentations: a page for each slide, its title as heading, the speaker's notes at its end.

Tables and diagrams are read where they stand. Dates and slide numbers say nothing, and a footer is
told once.
"""

from collections.abc import Iterator

from lxml import etree

from aether.adapters.extraction import markup
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.markup import attribute, below, child, name_of
from aether.adapters.extraction.packages import Package
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, Merge, Role

VERSION = f"2 {markup.LIBRARY}"

_MAIN = "presentation.xml"
_TITLES = {"title", "ctrTitle"}
_SILENT = {"dt", "sldNum", "sldImg", "hdr"}
_LISTED = {"body", "obj"}
"""Placeholders whose paragraphs are items of a list, unless they say otherwise."""
_BREAKS = {"br": "\n", "tab": "\t"}
_ALTERNATIVE = "Fallback"
_SPAN_MOST = 1_000
"""How many rows or columns a cell takes at most."""


def read(source: Source) -> Extracted:
    """The text of a presentation.

    Raises:
        FileBroken: A part is missing, or is not XML.
    """
    draft = Draft()
    with Package(source.path) as package:
        slides = list(_slides(package))
        show = _Show(draft, package)
        for number, name in enumerate(slides, 1):
            draft.turn()
            show.read(name)
            source.on_page(number, len(slides))
        told = markup.told_in(package)
    return draft.finished(
        content_type=source.content_type,
        extractor="pptx",
        version=VERSION,
        title=told.pop("title", None),
        metadata={**told, "page_count": len(slides)},
    )


def _slides(package: Package) -> Iterator[str]:
    """The names of the slides' parts, in the order of the show."""
    main = next((it for it in sorted(package.names) if it.rpartition("/")[2] == _MAIN), None)
    if main is None:
        raise FileBroken("The presentation lacks its main part.")
    related = markup.related(package, main)
    for slide in below(markup.tree_in(package, main), "sldId"):
        # An id of the slide comes before the one of its part, which has a namespace.
        ids = [str(value) for key, value in slide.attrib.items() if str(key).endswith("}id")]
        if ids and ids[0] in related:
            yield related[ids[0]][1]


class _Show:
    """A presentation on its way into a draft."""

    def __init__(self, draft: Draft, package: Package) -> None:
        self._draft = draft
        self._package = package
        self._footers: set[str] = set()
        self._related: dict[str, tuple[str, str]] = {}

    def read(self, name: str) -> None:
        """Read the slide whose part is called *name*, and its notes and comments."""
        self._related = markup.related(self._package, name)
        self._shapes(markup.tree_in(self._package, name))
        for type, part in self._related.values():
            if type == "notesSlide":
                self._notes(part)
            elif type == "comments":
                for comment in below(markup.tree_in(self._package, part), "text"):
                    self._draft.add(markup.words_of(comment), role=Role.COMMENT)

    def _shapes(self, element: etree._Element) -> None:
        """Read the shapes in *element*, the groups among them too."""
        for shape in element:
            name = name_of(shape)
            if name == "sp":
                self._shape(shape)
            elif name == "graphicFrame":
                self._frame(shape)
            elif name not in {_ALTERNATIVE, ""}:
                self._shapes(shape)

    def _shape(self, shape: etree._Element) -> None:
        kind = _placeholder(shape)
        body = child(shape, "txBody")
        if body is None or kind in _SILENT:
            return
        if kind in _TITLES:
            said = " ".join(" ".join(_said(it) for it in below(body, "p")).split())
            self._draft.add(said, BlockKind.HEADING, level=1)
            return
        for paragraph in below(body, "p"):
            said = _said(paragraph)
            if kind != "ftr":
                listed = _listed(paragraph, kind in _LISTED)
                self._draft.add(said, BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH)
            elif said not in self._footers:
                self._footers.add(said)
                self._draft.add(said, role=Role.FOOTER)

    def _frame(self, frame: etree._Element) -> None:
        """Read a table or a diagram."""
        for table in below(frame, "tbl"):
            self._table(table)
        for ids in below(frame, "relIds"):
            type, part = self._related.get(attribute(ids, "dm"), ("", ""))
            if type == "diagramData":
                for paragraph in below(markup.tree_in(self._package, part), "p"):
                    self._draft.add(_said(paragraph), BlockKind.LIST_ITEM)

    def _table(self, table: etree._Element) -> None:
        rows: list[list[str]] = []
        merges: list[Merge] = []
        for row in below(table, "tr"):
            cells: list[str] = []
            for cell in below(row, "tc"):
                down, right = _span(cell, "rowSpan"), _span(cell, "gridSpan")
                merges += [Merge(len(rows), len(cells), down, right)] * (down * right > 1)
                cells.append(" ".join(_said(it) for it in below(cell, "p")))
            rows.append(cells)
        properties = child(table, "tblPr")
        headed = properties is not None and attribute(properties, "firstRow") in {"1", "true"}
        self._draft.table(rows, headers=int(headed), merges=merges)

    def _notes(self, name: str) -> None:
        for shape in below(markup.tree_in(self._package, name), "sp"):
            body = child(shape, "txBody")
            if body is not None and _placeholder(shape) in _LISTED:
                for paragraph in below(body, "p"):
                    self._draft.add(_said(paragraph), role=Role.NOTE)


def _placeholder(shape: etree._Element) -> str | None:
    """What a shape holds the place of; none for a shape of its own."""
    found = next(below(shape, "ph"), None)
    return None if found is None else attribute(found, "type") or "obj"


def _span(cell: etree._Element, name: str) -> int:
    count = attribute(cell, name)
    return min(int(count) if count.isdecimal() else 1, _SPAN_MOST)


def _said(paragraph: etree._Element) -> str:
    said = []
    for element in paragraph.iter():
        name = name_of(element)
        if name == "t":
            said.append(element.text or "")
        else:
            said.append(_BREAKS.get(name, ""))
    return "".join(said)


def _listed(paragraph: etree._Element, usually: bool) -> bool:
    properties = child(paragraph, "pPr")
    if properties is None:
        return usually
    marks = {name_of(it) for it in properties}
    return bool(marks & {"buChar", "buAutoNum", "buBlip"}) or (usually and "buNone" not in marks)
