"""Org: outlines, lists, tables and blocks of code, without their marks."""

import re

from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.lines import Gatherer, lines_of
from aether.domain.texts import BlockKind, Draft, Extracted, Role

VERSION = "2"

_HEADING = re.compile(
    r"(\*{1,20})\s+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)\s+)?(?:\[#[A-Z]\]\s+)?(.*?)(?:\s+:[\w@:#%]+:)?"
)
_KEYWORD = re.compile(r"#\+(\w+):\s*(.*)")
_BEGIN = re.compile(r"\s*#\+begin_(\w+).*", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-+]|\s\*|\d{1,4}[.)])\s+(?:\[[ X-]\]\s+)?")
_LINK = re.compile(r"\[\[[^\[\]\n]{1,2000}\]\[([^\[\]\n]{1,2000})\]\]")
_BARE_LINK = re.compile(r"\[\[([^\[\]\n]{1,2000})\]\]")
_NOTE = re.compile(r"\[fn:[\w-]*\]\s+(.*)")
_EMPHASIS = re.compile(r"(?<![\w*/~=])([*/_=~+])(?=\S)([^\n*/~=+]{1,500}?)(?<=\S)\1(?=\W|$)")
_RULE = re.compile(r"\s*\|[-+|]+")
_SILENT = re.compile(r"\s*(?:#(?: .*)?|:\w+:.*|(?:SCHEDULED|DEADLINE|CLOSED):.*)")
_CODES = {"src", "example", "export"}
_KEPT = {"title": "title", "author": "author", "date": "created"}


def read(source: Source) -> Extracted:
    """The text of an Org file; its metadata has the charset and what its keywords tell."""
    lines, charset = lines_of(source)
    draft = Draft()
    told = _fill(draft, lines)
    return draft.finished(
        content_type=source.content_type,
        extractor="org",
        version=VERSION,
        title=told.pop("title", None),
        metadata={"charset": charset, **told},
    )


def _fill(draft: Draft, lines: list[str]) -> dict[str, str]:
    gather = Gatherer(draft)
    told: dict[str, str] = {}
    block = ""
    for line in lines:
        if block and line.strip().lower() == f"#+end_{block}":
            gather.end()
            block = ""
        elif block in _CODES:
            gather.say(line, BlockKind.CODE)
        elif not block and (found := _BEGIN.fullmatch(line)):
            gather.end()
            block = found[1].lower()
        elif found := _KEYWORD.fullmatch(line):
            if name := _KEPT.get(found[1].lower()):
                told.setdefault(name, found[2][:1000])
        elif found := _HEADING.fullmatch(line):
            gather.head(_plain(found[2]), len(found[1]))
        else:
            _say(gather, line)
    gather.end()
    return told


def _say(gather: Gatherer, line: str) -> None:
    """Gather a line that is no heading and in no block."""
    if not line:
        gather.end()
    elif line.lstrip().startswith("|"):
        if _RULE.fullmatch(line):
            gather.rule()
        else:
            cells = line.strip().removeprefix("|").removesuffix("|").split("|")
            gather.row([_plain(cell.strip()) for cell in cells])
    elif line.lstrip().startswith(": "):
        gather.say(line.lstrip()[2:], BlockKind.CODE)
    elif _SILENT.fullmatch(line):
        return
    elif found := _NOTE.fullmatch(line):
        gather.end()
        gather.say(_plain(found[1]), role=Role.NOTE)
    elif found := _ITEM.match(line):
        gather.end()
        gather.say(_plain(line[found.end() :]), BlockKind.LIST_ITEM)
    elif gather.kind is BlockKind.LIST_ITEM and line.startswith(" "):
        gather.say(_plain(line.strip()), BlockKind.LIST_ITEM)
    else:
        gather.say(_plain(line.strip()))


def _plain(said: str) -> str:
    return _EMPHASIS.sub(r"\2", _BARE_LINK.sub(r"\1", _LINK.sub(r"\1", said)))
