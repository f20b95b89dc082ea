"""OpenDocument: texts, and presentations and drawings with a page for each slide or sheet.

Footnotes and comments follow what they belong to; text that was deleted under change tracking is
left out. Headers and footers come last, each told once.
"""

from collections.abc import Iterator

from lxml import etree

from aether.adapters.extraction import formats, markup
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.markup import attribute, below, child, name_of
from aether.adapters.extraction.packages import Package
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, Merge, Role

VERSION = f"2 {markup.LIBRARY}"

_SILENT = {
    "tracked-changes", "forms", "sequence-decls", "variable-decls", "user-field-decls", "object",
    "object-ole",
    "settings", "image", "desc", "title", "",
}  # fmt: skip
_TOLD = {
    "title": "title", "initial-creator": "author", "creator": "author", "creation-date": "created",
    "date": "modified",
}  # fmt: skip
_ROW_GROUPS = {"table-rows", "table-header-rows", "table-row-group"}
_REPEATED_MOST = 64
"""How often a cell is repeated at most; empty ones fill a row up to its end."""
_BLANKS_MOST = 100


def read(source: Source) -> Extracted:
    """The text of an OpenDocument file.

    Raises:
        FileBroken: A part is missing, or is not XML.
    """
    draft = Draft()
    with Package(source.path) as package:
        body = child(markup.tree_in(package, "content.xml"), "body")
        if body is None:
            raise FileBroken("The document has no body.")
        paged = source.content_type != formats.ODT.content_type
        pages = _pages(body, draft, source) if paged else 0
        if not paged:
            _Story(draft).read(body)
            _around(package, draft)
        told = told_in(package)
    return draft.finished(
        content_type=source.content_type,
        extractor="opendocument",
        version=VERSION,
        title=told.pop("title", None),
        metadata={**told, "page_count": pages} if paged else told,
    )


def told_in(package: Package) -> dict[str, str]:
    """What an OpenDocument file says of itself."""
    told: dict[str, str] = {}
    if "meta.xml" in package.names:
        for element in markup.tree_in(package, "meta.xml").iter():
            name = _TOLD.get(name_of(element))
            if name and element.text and element.text.strip():
                told.setdefault(name, element.text.strip()[:1000])
    return told


def _pages(body: etree._Element, draft: Draft, source: Source) -> int:
    pages = list(below(body, "page"))
    for number, page in enumerate(pages, 1):
        draft.turn()
        _Story(draft).read(page)
        source.on_page(number, len(pages))
    return len(pages)


def _around(package: Package, draft: Draft) -> None:
    """Read the headers and footers of a text."""
    if "styles.xml" not in package.names:
        return
    styles = markup.tree_in(package, "styles.xml")
    for role in (Role.HEADER, Role.FOOTER):
        said = {it for around in below(styles, role.value) if (it := markup.words_of(around))}
        for words in sorted(said):
            draft.add(words, role=role)


class _Story:
    """A part of a document that is text, on its way into a draft."""

    def __init__(self, draft: Draft, role: Role = Role.BODY) -> None:
        self._draft = draft
        self._role = role
        self._lists = 0
        self._title = False

    def read(self, element: etree._Element) -> None:
        """Read all that is in *element*."""
        for part in element:
            name = name_of(part)
            if name in {"p", "h"}:
                self._paragraph(part)
            elif name == "table":
                self._table(part)
            elif name == "list":
                self._lists += 1
                self.read(part)
                self._lists -= 1
            elif name == "frame":
                before, self._title = self._title, attribute(part, "class") == "title"
                self.read(part)
                self._title = before
            elif name == "notes":
                _Story(self._draft, Role.NOTE).read(part)
            elif name == "annotation":
                _Story(self._draft, Role.COMMENT).read(part)
            elif name not in _SILENT and name not in {"creator", "date"}:
                self.read(part)

    def _paragraph(self, paragraph: etree._Element) -> None:
        aside: list[etree._Element] = []
        said = _said(paragraph, aside)
        if self._title:
            self._add(" ".join(said.split()), BlockKind.HEADING, 1)
        elif name_of(paragraph) == "h":
            level = attribute(paragraph, "outline-level")
            self._add(" ".join(said.split()), BlockKind.HEADING, int(level) if level.isdecimal() else 1)
        else:
            self._add(said, BlockKind.LIST_ITEM if self._lists else BlockKind.PARAGRAPH)
        self._aside(aside)

    def _aside(self, aside: list[etree._Element]) -> None:
        """Read what hangs on a paragraph: notes, comments, and boxes with text of their own."""
        for element in aside:
            name = name_of(element)
            if name == "note":
                body = child(element, "note-body")
                self._draft.add(_words(element if body is None else body, []), role=Role.NOTE)
            elif name == "annotation":
                _Story(self._draft, Role.COMMENT).read(element)
            else:
                self.read(element)

    def _table(self, table: etree._Element) -> None:
        rows: list[list[str]] = []
        merges: list[Merge] = []
        headers = 0
        aside: list[etree._Element] = []
        for row in _rows(table):
            cells: list[str] = []
            for cell in row:
                if name_of(cell) in {"table-cell", "covered-table-cell"}:
                    down, right = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
                    merges += [Merge(len(rows), len(cells), down, right)] * (down * right > 1)
                    cells += [_words(cell, aside)] * _count(cell, "number-columns-repeated")
            rows.append(cells)
            parent = row.getparent()
            if parent is not None and name_of(parent) == "table-header-rows" and headers == len(rows) - 1:
                headers += 1
        self._draft.table(rows, headers=headers, merges=merges, role=self._role)
        self._aside([it for it in aside if name_of(it) in {"note", "annotation"}])

    def _add(self, said: str, kind: BlockKind, level: int | None = None) -> None:
        self._draft.add(said, kind, role=self._role, level=None if level is None else max(level, 1))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, but not those of a table in a cell of it."""
    for part in table:
        if name_of(part) == "table-row":
            yield part
        elif name_of(part) in _ROW_GROUPS:
            yield from _rows(part)


def _count(cell: etree._Element, name: str) -> int:
    """How many columns or rows a cell takes, or stands for."""
    count = attribute(cell, name)
    return min(int(count) if count.isdecimal() else 1, _REPEATED_MOST)


def _words(element: etree._Element, aside: list[etree._Element]) -> str:
    """What the paragraphs in *element* say, in one line; what hangs on them is put *aside*."""
    said = []
    for part in element:
        name = name_of(part)
        if name in {"p", "h"}:
            said.append(_said(part, aside))
        elif name == "annotation":
            aside.append(part)
        elif name not in _SILENT:
            said.append(_words(part, aside))
    return " ".join(" ".join(said).split())


def _said(element: etree._Element, aside: list[etree._Element]) -> str:
    """What a paragraph says; what hangs on it is put *aside*."""
    said = [element.text or ""]
    for part in element:
        name = name_of(part)
        if name in {"note", "annotation", "frame", "custom-shape", "text-box"}:
            aside.append(part)
        elif name == "s":
            count = attribute(part, "c")
            said.append(" " * min(int(count) if count.isdecimal() else 1, _BLANKS_MOST))
        elif name in {"tab", "line-break"}:
            said.append("\t" if name == "tab" else "\n")
        elif name and name not in {"ruby-text", "annotation-end"}:
            said.append(_said(part, aside))
        said.append(part.tail or "")
    return "".join(said)
