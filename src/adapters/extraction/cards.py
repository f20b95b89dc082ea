"""Calendars and contacts: a heading for each event, task or person, and what is told of it below.

Both are written in content lines (RFC 5545, RFC 6350): a name, parameters and a value, folded
where they are long.
"""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.titles import titled
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken

VERSION = "1"

_FOLD = re.compile(r"\n[ \t]")
_QUOTED = re.compile(r"(?i);ENCODING=QUOTED-PRINTABLE(?:=\n|[^\n])*+")
_LINE = re.compile(r'(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;[^:;"\n]*(?:"[^"\n]*"[^:;"\n]*)*)*):(.*)')
_PARAMETER = re.compile(r"(?i);CHARSET=\"?([A-Za-z0-9_.:-]{1,40})")
_INSTANT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(Z?))?")
_ESCAPED = re.compile(r"\\(.)")
_ITEMS = {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VCARD"}
_HEADINGS = ("SUMMARY", "FN", "N")
_FIELDS = {
    "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "DURATION": "Duration", "LOCATION": "Location",
    "ORGANIZER": "Organizer", "ATTENDEE": "Attendee", "DESCRIPTION": "Description", "COMMENT": "Comment",
    "STATUS": "Status", "CATEGORIES": "Categories", "URL": "URL", "RRULE": "Repeats", "CONTACT": "Contact",
    "EMAIL": "Email", "TEL": "Telephone", "ADR": "Address", "ORG": "Organization", "TITLE": "Title",
    "ROLE": "Role",
    "BDAY": "Birthday", "NOTE": "Note", "NICKNAME": "Nickname", "N": "Name", "FN": "Full name",
    "SUMMARY": "Summary",
}  # fmt: skip
_INSTANTS = {"DTSTART", "DTEND", "DUE", "BDAY"}
_COMPOUND = {"N", "ADR", "ORG"}
_PEOPLE = {"ORGANIZER", "ATTENDEE"}
_COMMON_NAME = re.compile(r'(?i);CN="?([^";:\n]{1,200})')


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    parameters: str
    value: str


def read(source: Source) -> Extracted:
    """The text of a calendar or of contacts; its metadata has the charset and the number of entries.

    Raises:
        FileBroken: It has no entries.
    """
    said, charset = decode(source.path.read_bytes())
    draft = Draft()
    title, count = None, 0
    depth: list[str] = []
    item: list[_Line] = []
    for line in _lines(said):
        if line.name == "BEGIN":
            depth.append(line.value.strip().upper())
            if depth[-1] in _ITEMS:
                item = []
        elif line.name == "END":
            ended = depth.pop() if depth else ""
            if ended in _ITEMS:
                count += 1
                _add(draft, item)
        elif depth and depth[-1] in _ITEMS:
            item.append(line)
        elif line.name == "X-WR-CALNAME":
            title = _unescaped(line.value)
    if not count:
        raise FileBroken("The file has no whole entry.")
    extracted = draft.finished(
        content_type=source.content_type,
        extractor="cards",
        version=VERSION,
        title=title,
        metadata={"charset": charset, "entry_count": count},
    )
    return titled(extracted, title)


def _lines(said: str) -> Iterator[_Line]:
    said = said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    said = _QUOTED.sub(lambda found: found[0].replace("=\n", ""), said)
    for line in _FOLD.sub("", said).split("\n"):
        if found := _LINE.fullmatch(line):
            name, parameters, value = found.groups()
            if "QUOTED-PRINTABLE" in parameters.upper():
                charset = _PARAMETER.search(parameters)
                value = decode(quopri.decodestring(value.encode()), declared=charset and charset[1])[0]
            yield _Line(name.upper(), parameters, value)


def _add(draft: Draft, item: list[_Line]) -> None:
    """Add an entry: its heading, and its fields as lines."""
    named = {line.name: line for line in reversed(item)}
    heading = next((named[name] for name in _HEADINGS if name in named), None)
    if heading:
        draft.add(" ".join(_said(heading).split()), BlockKind.HEADING, level=1)
    lines = (
        f"{_FIELDS[line.name]}: {said}"
        for line in item
        if line.name in _FIELDS and line is not heading and (said := _said(line))
    )
    draft.add("\n".join(lines))


def _said(line: _Line) -> str:
    if line.name in _INSTANTS and (found := _INSTANT.fullmatch(line.value.strip())):
        year, month, day, hour, minute, second, zone = found.groups()
        return f"{year}-{month}-{day}" + (f"T{hour}:{minute}:{second}{zone}" if hour else "")
    if line.name in _COMPOUND:
        parts = (_unescaped(part) for part in line.value.split(";"))
        return ", ".join(part for part in parts if part)
    value = _unescaped(line.value)
    if line.name in _PEOPLE and (found := _COMMON_NAME.search(line.parameters)):
        return f"{found[1]} <{value.removeprefix('mailto:').removeprefix('MAILTO:')}>"
    return value


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
