"""Bibliographies (BibTeX): a heading for each work, who made it, and what else is told of it."""

import re
from collections.abc import Iterator

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.latex import plain_of
from aether.adapters.extraction.titles import titled
from aether.domain.texts import BlockKind, Draft, Extracted

VERSION = "1"

_ENTRY = re.compile(r"@([A-Za-z]+)\s*[{(]\s*")
_KEY = re.compile(r"([^\s,{}]*)\s*,")
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w:.+-]*)\s*=\s*")
_JOINT = re.compile(r"\s*#\s*")
_MARK = re.compile(r'\\.|[{}"]', re.DOTALL)
_WORD = re.compile(r"[^\s,{}\"#]+")
_NO_WORKS = {"comment", "preamble"}


def read(source: Source) -> Extracted:
    """The text of a bibliography; its metadata has the charset and the number of works."""
    said, charset = decode(source.path.read_bytes())
    draft = Draft()
    named: dict[str, str] = {}
    count = 0
    place = 0
    while entry := _ENTRY.search(said, place):
        place = entry.end()
        kind = entry[1].lower()
        if kind in _NO_WORKS:
            continue
        key = None if kind == "string" else _KEY.match(said, place)
        fields, place = _fields(said, key.end() if key else place, named)
        if kind == "string":
            named |= fields
        else:
            count += 1
            _add(draft, kind, key[1] if key else "", fields)
    if not count:
        draft.add(said, BlockKind.CODE)
    extracted = draft.finished(
        content_type=source.content_type,
        extractor="bibtex",
        version=VERSION,
        metadata={"charset": charset, "entry_count": count},
    )
    return titled(extracted, None)


def _add(draft: Draft, kind: str, key: str, fields: dict[str, str]) -> None:
    draft.add(fields.pop("title", "") or key, BlockKind.HEADING, level=1)
    lines = [f"{kind}: {key}"] if key else []
    draft.add("\n".join([*lines, *(f"{name}: {value}" for name, value in fields.items() if value)]))


def _fields(said: str, place: int, named: dict[str, str]) -> tuple[dict[str, str], int]:
    """The fields from *place* on, and where they end."""
    fields = {}
    while field := _FIELD.match(said, place):
        values = []
        place = field.end()
        for value, end in _values(said, place, named):
            values.append(value)
            place = end
        fields[field[1].lower()] = " ".join(plain_of("".join(values)).split())
    return fields, place


def _values(said: str, place: int, named: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The values that are joined to one from *place* on, each with its end."""
    while True:
        if place < len(said) and said[place] in '{"':
            end = _end(said, place)
            yield said[place + 1 : end], end + 1
            place = end + 1
        elif word := _WORD.match(said, place):
            yield named.get(word[0].lower(), word[0]), word.end()
            place = word.end()
        else:
            return
        if not (joint := _JOINT.match(said, place)):
            return
        place = joint.end()


def _end(said: str, place: int) -> int:
    """Where the value ends that a brace or a quotation mark begins at *place*."""
    quoted = said[place] == '"'
    depth = 0
    for found in _MARK.finditer(said, place + quoted):
        mark = found[0]
        if mark == '"' and quoted and depth == 0:
            return found.start()
        depth += {"{": 1, "}": -1}.get(mark, 0)
        if not quoted and depth == 0:
            return found.start()
        if depth < 0:
            break
    return len(said)
