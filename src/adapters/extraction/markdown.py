"""Markdown: its structure, without its marks. Front matter becomes metadata."""

import re
from collections.abc import Sequence

import markdown_it
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aether.adapters.extraction import html
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted

VERSION = f"2 markdown-it-py {markdown_it.__version__}"

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"^([A-Za-z_]\w*):[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_KEPT = {"author": "author", "date": "created", "description": "description"}


def read(source: Source) -> Extracted:
    """The text of a Markdown file; its metadata has the charset and what the front matter tells."""
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\r\n", "\n")
    front = dict(_PAIR.findall(found[1])) if (found := _FRONT.match(said)) else {}
    draft = Draft()
    fill(draft, said[found.end() if found else 0 :])
    return draft.finished(
        content_type=source.content_type,
        extractor="markdown",
        version=VERSION,
        title=front.get("title", "").strip("\"'") or None,
        metadata={"charset": charset}
        | {_KEPT[name]: value.strip("\"'") for name, value in front.items() if name in _KEPT},
    )


def fill(draft: Draft, said: str) -> None:
    """Add what a piece of Markdown says to *draft*."""
    _Writer(draft).write(MarkdownIt("commonmark").enable("table").parse(said))


class _Writer:
    """Fills a draft from a parsed file."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._open: list[Token] = []
        self._rows: list[list[str]] = []

    def write(self, tokens: Sequence[Token]) -> None:
        """Add what *tokens* say, in order."""
        for token in tokens:
            if token.nesting > 0:
                self._opened(token)
            elif token.nesting < 0:
                self._closed()
            elif token.type == "inline":
                self._said(_plain(token))
            elif token.type in {"fence", "code_block"}:
                self._draft.add(token.content, BlockKind.CODE)
            elif token.type == "html_block":
                self._draft.add(html.text_of(token.content))

    def _opened(self, token: Token) -> None:
        self._open.append(token)
        if token.type == "tr_open":
            self._rows.append([])

    def _closed(self) -> None:
        if self._open.pop().type == "table_open":
            self._draft.table(self._rows, headers=1)
            self._rows = []

    def _said(self, text: str) -> None:
        around = [token.type for token in self._open]
        if self._rows:
            self._rows[-1].append(text)
        elif around and around[-1] == "heading_open":
            level = int(self._open[-1].tag.removeprefix("h"))
            self._draft.add(" ".join(text.split()), BlockKind.HEADING, level=level)
        else:
            self._draft.add(text, BlockKind.LIST_ITEM if "list_item_open" in around else BlockKind.PARAGRAPH)


def _plain(inline: Token) -> str:
    """What a reader sees of a line: links and images by their words, line breaks kept."""
    said = []
    for token in inline.children or ():
        if token.type in {"softbreak", "hardbreak"}:
            said.append("\n")
        elif token.type == "image":
            said.append(_plain(token))
        elif token.type != "html_inline":
            said.append(token.content)
    return "".join(said)
