"""reStructuredText: its structure, without most of its marks.

The levels of headings follow from the order in which their underlines first appear, as its own tools have it.
"""

import re
from itertools import pairwise

from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.lines import HEADING_MOST, Gatherer, lines_of
from aether.domain.texts import BlockKind, Draft, Extracted, Role

VERSION = "2"

_RULE = re.compile(r"([!-/:-@\[-`{-~])\1{1,}")
_ALONE_LEAST = 4
"""A rule that stands alone is at least so long, in characters."""
_ITEM = re.compile(r"\s*(?:[*+\u2022-]|\(?(?:\d{1,3}|[a-zA-Z]|#)[.)])\s+(?=\S)")
_DIRECTIVE = re.compile(r"\s*\.\. ([A-Za-z][\w:-]*)::\s*(.*)")
_NOTE = re.compile(r"\s*\.\. \[(?:#?\w*|\*)\]\s+(.*)")
_OPTION = re.compile(r"\s*:[\w -]+:(?:\s.*)?")
_FIELD = re.compile(r":(author|date|title|organization|version):\s+(.+)", re.IGNORECASE)
_BORDER = re.compile(r"\s*(?:\+[-=+]+\+|=+(?:\s+=+)+)")
_ROLE = re.compile(r"(?::[\w:.+-]{1,60}:)?(?<!`)`([^`<>]+?)(?:\s*<[^<>`]{1,2000}>)?`_{0,2}(?!`)")
_STRONG = re.compile(r"(?<!\S)(\*{1,2}|``)(?=\S)(.{1,2000}?)(?<=\S)\1(?=\W|$)")
_CODES = {
    "code",
    "code-block",
    "sourcecode",
    "literalinclude",
    "math",
    "parsed-literal",
    "highlight",
    "doctest",
}
_SILENT = {
    "contents",
    "toctree",
    "image",
    "index",
    "raw",
    "include",
    "default-role",
    "sectnum",
    "meta",
    "highlight",
}
_KEPT = {"author": "author", "date": "created", "title": "title"}


def read(source: Source) -> Extracted:
    """The text of a file of reStructuredText; its metadata has the charset and what its fields tell."""
    lines, charset = lines_of(source)
    draft = Draft()
    told = _Reading(draft, lines).through()
    return draft.finished(
        content_type=source.content_type,
        extractor="rst",
        version=VERSION,
        title=told.pop("title", None),
        metadata={"charset": charset, **told},
    )


class _Reading:
    """A way through the lines of a file."""

    def __init__(self, draft: Draft, lines: list[str]) -> None:
        self._gather = Gatherer(draft)
        self._lines = lines
        self._styles: list[str] = []
        self._told: dict[str, str] = {}

    def through(self) -> dict[str, str]:
        """Go through all lines, and give what the fields tell."""
        place = 0
        while place < len(self._lines):
            place = self._heading(place) or self._explicit(place) or self._table(place) or self._line(place)
        self._gather.end()
        return self._told

    def _line(self, place: int) -> int:
        line = self._lines[place]
        if not line:
            self._gather.end()
        elif (found := _FIELD.fullmatch(line)) and found[1].lower() in _KEPT:
            self._told.setdefault(_KEPT[found[1].lower()], found[2][:1000])
        elif found := _ITEM.match(line):
            self._gather.end()
            self._gather.say(_plain(line[found.end() :]), BlockKind.LIST_ITEM)
        elif self._gather.kind is BlockKind.LIST_ITEM and line.startswith(" "):
            self._gather.say(_plain(line.strip()), BlockKind.LIST_ITEM)
        elif not (len(line) >= _ALONE_LEAST and _RULE.fullmatch(line)):
            self._gather.say(_plain(line.strip().removesuffix("::") + ":" * line.endswith("::")))
            if line.endswith("::"):
                return self._code(place + 1, _indent(line))
        return place + 1

    def _heading(self, place: int) -> int | None:
        """Read a heading, and give the place after it."""
        line = self._lines[place]
        below = self._lines[place + 1] if place + 1 < len(self._lines) else ""
        over = bool(line and _RULE.fullmatch(line) and below and not _RULE.fullmatch(below))
        if over and self._lines[place + 2 : place + 3] == [line] and len(line) >= len(below.strip()):
            style, said, after = line[0] * 2, below, place + 3
        elif (
            line and not line[0].isspace() and self._gather.kind is None and not _RULE.fullmatch(line)
            and _RULE.fullmatch(below) and len(below) >= min(len(line), 4) and len(line) <= HEADING_MOST
        ):  # fmt: skip
            style, said, after = below[0], line, place + 2
        else:
            return None
        if style not in self._styles:
            self._styles.append(style)
        self._gather.head(_plain(said.strip()), self._styles.index(style) + 1)
        return after

    def _explicit(self, place: int) -> int | None:
        """Read what two dots begin, and give the place after it."""
        line = self._lines[place]
        if not line.lstrip().startswith(".. ") and line.strip() != "..":
            return None
        self._gather.end()
        if found := _NOTE.fullmatch(line):
            end = self._end(place + 1, _indent(line))
            said = [found[1], *(it.strip() for it in self._lines[place + 1 : end])]
            self._gather.say(_plain(" ".join(filter(None, said))), role=Role.NOTE)
            self._gather.end()
            return end
        found = _DIRECTIVE.fullmatch(line)
        if found is None or found[1] in _SILENT:
            return self._end(place + 1, _indent(line))
        after = place + 1
        while after < len(self._lines) and _OPTION.fullmatch(self._lines[after]):
            after += 1
        if found[1] in _CODES:
            return self._code(after, _indent(line))
        if found[2]:
            self._gather.say(_plain(found[2]))
        return after

    def _code(self, place: int, indent: int) -> int:
        """Read what is set in further than *indent* as code, and give the place after it."""
        self._gather.end()
        end = self._end(place, indent)
        block = self._lines[place:end]
        margin = min((_indent(line) for line in block if line), default=0)
        for line in block:
            self._gather.say(line[margin:], BlockKind.CODE)
        self._gather.end()
        return max(end, place)

    def _end(self, place: int, indent: int) -> int:
        """Where the lines end that are set in further than *indent*."""
        while place < len(self._lines) and (not self._lines[place] or _indent(self._lines[place]) > indent):
            place += 1
        return place

    def _table(self, place: int) -> int | None:
        """Read a table drawn with rules, and give the place after it."""
        line = self._lines[place]
        if not _BORDER.fullmatch(line):
            return None
        self._gather.end()
        grid = line.lstrip().startswith("+")
        end = place + 1
        while end < len(self._lines) and self._lines[end]:
            end += 1
        rows = self._lines[place:end]
        cuts = [found.start() for found in re.finditer(r"(?:^|(?<=\s))=" if not grid else r"\+", line)]
        for row in rows:
            if not _BORDER.fullmatch(row):
                said = (
                    row.strip().removeprefix("|").removesuffix("|").split("|")
                    if grid
                    else _columns(row, cuts)
                )
                self._gather.row([_plain(it.strip()) for it in said])
            elif "=" in row:
                self._gather.rule()
        self._gather.end()
        return end


def _columns(row: str, cuts: list[int]) -> list[str]:
    return [row[start:end] for start, end in pairwise([*cuts, max(len(row), cuts[-1])])]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _plain(said: str) -> str:
    """A line without the marks of its roles and emphasis."""
    return _ROLE.sub(r"\1", _STRONG.sub(r"\2", said))
