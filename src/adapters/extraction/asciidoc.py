"""AsciiDoc: headings, lists, tables, notes and blocks of code, without their marks."""

import re

from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.lines import Gatherer, lines_of
from aether.domain.texts import BlockKind, Draft, Extracted

VERSION = "2"

_HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*?)(?:\s+=+)?")
_ATTRIBUTE = re.compile(r":(!?[\w-]+!?):\s*(.*)")
_ITEM = re.compile(r"\s*(?:\*{1,5}|-|\.{1,5}|\d{1,4}\.)\s+(?:\[[ x*]\]\s+)?(?=\S)")
_MACRO = re.compile(r"(?:link|mailto|xref|https?|image):{1,2}[^\s\[\]]{0,2000}\[([^\]\n]{0,2000})\]")
_CROSS = re.compile(r"<<[^<>,\n]{1,500}(?:,([^<>\n]{1,500}))?>>")
_NOTE = re.compile(r"footnote(?:ref)?:[\w-]*\[([^\]\n]{0,5000})\]")
_EMPHASIS = re.compile(r"(?<![\w*_`#])(\*\*?|__?|``?|##?)(?=\S)([^\n*_`#]{1,500}?)(?<=\S)\1(?!\w)")
_BLOCK_TITLE = re.compile(r"\.(?=[^\s.])(.*)")
_ATTRIBUTES = re.compile(r"\[[^\]]*\]")
_CODES = ("----", "....")
_TABLES = ("|===", ",===", ":===", "!===")
_COMMENT = "////"
_AROUND = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--|\+{4,}|<<<|'''|\+)")
_KEPT = {"author": "author", "revdate": "created", "description": "description"}


def read(source: Source) -> Extracted:
    """The text of an AsciiDoc file; its metadata has the charset and what its attributes tell."""
    lines, charset = lines_of(source)
    draft = Draft()
    told = _fill(draft, lines)
    return draft.finished(
        content_type=source.content_type,
        extractor="asciidoc",
        version=VERSION,
        metadata={"charset": charset, **told},
    )


def _fill(draft: Draft, lines: list[str]) -> dict[str, str]:
    gather = Gatherer(draft)
    told: dict[str, str] = {}
    fence = ""
    rows: list[list[str]] = []
    for line in lines:
        if fence:
            if line == fence:
                gather.end()
                _add_table(draft, rows)
                fence, rows = "", []
            elif fence in _TABLES:
                _add_cells(rows, line, fence[0])
            elif fence != _COMMENT:
                gather.say(line, BlockKind.CODE)
        elif line in {*_CODES, *_TABLES, _COMMENT, "```"} or (line.startswith("```") and line[3:].isalnum()):
            gather.end()
            fence = line[:4] if not line.startswith("```") else "```"
        elif found := _ATTRIBUTE.fullmatch(line):
            if name := _KEPT.get(found[1]):
                told.setdefault(name, found[2][:1000])
        elif gather.kind is None and (found := _HEADING.fullmatch(line)):
            gather.head(_plain(found[2]), len(found[1]))
        else:
            _say(gather, line)
    gather.end()
    _add_table(draft, rows)
    return told


def _add_table(draft: Draft, rows: list[list[str]]) -> None:
    """Add a table; its first row names the columns where an empty line follows it."""
    headed = len(rows) > 2 and bool(rows[0]) and not rows[1]  # noqa: PLR2004 - it, the gap, and one more
    draft.table(rows, headers=int(headed))


def _add_cells(rows: list[list[str]], line: str, mark: str) -> None:
    """Add the cells in a line of a table: those of a row share a line, or follow it, each on its own."""
    parting = "|" if mark in "|!" else mark
    cells = [_plain(cell.strip()) for cell in line.split(parting)]
    if not line.strip():
        rows.append([])
    elif parting == "|" and line.lstrip().startswith("|"):
        alone = len(cells) == 2  # noqa: PLR2004 - what is before the mark, and the cell
        if alone and rows and len(rows[-1]) > 0 and len(rows[0]) > len(rows[-1]):
            rows[-1].append(cells[1])
        else:
            rows.append(cells[1:])
    elif parting == "|" and rows and rows[-1]:
        rows[-1][-1] += " " + line.strip()
    else:
        rows.append(cells)


def _say(gather: Gatherer, line: str) -> None:
    """Gather a line that is no heading and within no fence."""
    if not line or _AROUND.fullmatch(line) or _ATTRIBUTES.fullmatch(line):
        gather.end()
    elif line.startswith("//"):
        return
    elif (found := _BLOCK_TITLE.fullmatch(line)) and gather.kind is None:
        gather.say(_plain(found[1]))
        gather.end()
    elif found := _ITEM.match(line):
        gather.end()
        gather.say(_plain(line[found.end() :]), BlockKind.LIST_ITEM)
    elif gather.kind is BlockKind.LIST_ITEM:
        gather.say(_plain(line.strip()), BlockKind.LIST_ITEM)
    elif line.startswith(" "):
        gather.say(line, BlockKind.CODE)
    else:
        gather.say(_plain(line))


def _plain(said: str) -> str:
    said = _MACRO.sub(r"\1", _NOTE.sub(r" (\1)", said))
    return _EMPHASIS.sub(r"\2", _CROSS.sub(lambda found: found[1] or "", said))
