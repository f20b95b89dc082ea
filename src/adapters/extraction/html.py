"""Web pages: what a reader of the page sees, with headings, lists, tables and code told apart.

Scripts and styles say nothing. A table that holds tables, headings or lists is taken for
layout and read as running text. The tree is walked without recursion, for pages may nest without end.
"""

import re
from collections.abc import Sequence

import selectolax
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, Merge

LIBRARY = f"selectolax {selectolax.__version__}"
VERSION = f"2 {LIBRARY}"

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{1,40})", re.IGNORECASE)
_CLOSED = re.compile(
    r"<((?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-zA-Z][\w:-]*+)(?:\s[^<>]*?)?)/>"
)
_AROUND_BREAK = re.compile(r" *\n *")

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SILENT = {
    "script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "select",
}  # fmt: skip
_PARTING = {
    *_HEADINGS, "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup",
    "hr", "html", "li", "main", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
SPAN_MOST = 1_000
"""How many rows or columns a cell takes at most."""
LAYOUTS_MOST = 8
"""How deep tables for layout may nest with tables of data within; deeper, all are for layout."""

_LAYOUT = "table, h1, h2, h3, h4, h5, h6, ul, ol, pre, form"


def read(source: Source) -> Extracted:
    """The text of a web page; its metadata has the charset and what the page's head tells."""
    data = source.path.read_bytes()
    declared = _CHARSET.search(data[:4096])
    said, charset = decode(data, declared=declared and declared[1].decode("ascii"))
    draft = Draft()
    page = fill(draft, said)
    title = page.css_first("title")
    return draft.finished(
        content_type=source.content_type,
        extractor="html",
        version=VERSION,
        title=title.text() if title else None,
        metadata={"charset": charset, **_told(page)},
    )


def fill(draft: Draft, said: str) -> LexborHTMLParser:
    """Add to *draft* what a reader sees of a page, and give the page."""
    page = LexborHTMLParser(_whole(said))
    if page.root is not None:
        _Walk(draft).through(page.root)
    return page


def _whole(said: str) -> str:
    """A page with the elements closed that only XML closes so: `<title/>` would swallow the rest."""
    return _CLOSED.sub(r"<\1></\2>", said) if said.lstrip("\ufeff \n").startswith("<?xml") else said


def text_of(fragment: str) -> str:
    """What a reader sees of a piece of markup, as running text."""
    draft = Draft()
    fill(draft, fragment)
    return draft.finished(content_type="text/html", extractor="html", version=VERSION).text


def _told(page: LexborHTMLParser) -> dict[str, str]:
    names = {"author": "author", "description": "description", "date": "created", "keywords": "keywords"}
    told = {}
    for meta in page.css("meta[name][content]"):
        if (name := names.get((meta.attributes.get("name") or "").lower())) and meta.attributes.get(
            "content"
        ):
            told[name] = str(meta.attributes["content"])[:1000]
    return told


class _Walk:
    """A walk through a page, in the order of its text, filling a draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._said: list[str] = []
        self._within: list[str] = []
        self._layouts = 0

    def through(self, root: LexborNode) -> None:
        """Walk through *root* and all below it."""
        node: LexborNode | None = root
        depth = 0
        while node is not None:
            below = self._enter(node)
            if below is not None:
                node, depth = below, depth + 1
                continue
            self._leave(node)
            while depth and node.next is None and node.parent is not None:
                node, depth = node.parent, depth - 1
                self._leave(node)
            node = node.next if depth else None
        self._part()

    def _enter(self, node: LexborNode) -> LexborNode | None:
        """Where to go on below *node*, if at all."""
        tag = node.tag or ""
        if tag == "-text":
            self._say(node.text_content or "")
            return None
        if tag == "br":
            self._said.append("\n")
        if tag in _SILENT:
            return None
        if tag not in _PARTING:
            return node.child
        self._part()
        if tag == "table":
            if self._layouts < LAYOUTS_MOST and len(node.css(_LAYOUT)) == 1:
                self._table(node)
                return None
            self._layouts += 1
        self._within.append(tag)
        return node.child

    def _table(self, table: LexborNode) -> None:
        """Add a table of data, its caption above it."""
        if caption := table.css_first("caption"):
            self._draft.add(" ".join(caption.text(separator=" ").split()))
        rows: list[list[LexborNode]] = []
        headers = 0
        for row in table.css("tr"):
            cells = row.css("td, th")
            headed = (row.parent is not None and row.parent.tag == "thead") or (
                not rows and bool(cells) and all(cell.tag == "th" for cell in cells)
            )
            headers += headed and headers == len(rows)
            rows.append(cells)
        grid, merges = _spread(rows)
        self._draft.table(grid, headers=headers, merges=merges)

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag
        if self._within and tag == self._within[-1]:
            self._part()
            self._within.pop()
            self._layouts -= tag == "table"

    def _say(self, text: str) -> None:
        self._said.append(text if "pre" in self._within else _spaced(text))

    def _part(self) -> None:
        """End the block that is being read."""
        said, self._said = "".join(self._said), []
        if not said or said.isspace():
            return
        tag = next((tag for tag in reversed(self._within) if tag in _HEADINGS or tag in {"li", "pre"}), "p")
        if tag == "pre":
            self._draft.add(said, BlockKind.CODE)
        elif tag in _HEADINGS:
            self._draft.add(" ".join(said.split()), BlockKind.HEADING, level=_HEADINGS[tag])
        else:
            kind = BlockKind.LIST_ITEM if tag == "li" else BlockKind.PARAGRAPH
            self._draft.add(_AROUND_BREAK.sub("\n", said) if "\n" in said else said, kind)


def _spaced(text: str) -> str:
    """*text* with one space where it has any white space; a pattern would take longer than all the rest."""
    for space in "\t\n\r\f":
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _spread(rows: Sequence[Sequence[LexborNode]]) -> tuple[list[list[str]], list[Merge]]:
    """The cells of *rows* in their columns, and those that are one: below and beside them is nothing."""
    grid: list[list[str]] = []
    merges: list[Merge] = []
    taken: dict[int, int] = {}
    for number, cells in enumerate(rows):
        line: list[str] = []
        for cell in cells:
            while taken.get(len(line), 0) > number:
                line.append("")
            down, right = _span(cell, "rowspan"), _span(cell, "colspan")
            if down * right > 1:
                merges.append(Merge(number, len(line), down, right))
                taken |= dict.fromkeys(range(len(line), len(line) + right), number + down)
            line += [cell.text(separator=" "), *[""] * (right - 1)]
        grid.append(line)
    return grid, merges


def _span(cell: LexborNode, name: str) -> int:
    """How many rows or columns a cell takes."""
    count = cell.attributes.get(name) or "1"
    return min(max(int(count), 1), SPAN_MOST) if count.isdecimal() else 1
