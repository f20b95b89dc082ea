"""Word files: the characters of a binary Word document, and what is said of its paragraphs ([MS-DOC]).

The characters lie in pieces, each of one or two bytes a character, and make stories: the body, the notes,
what stands above and below the pages, comments and boxes. Paragraphs have styles and properties, which are
found by the place of their last byte.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from aether.adapters.extraction.compounds import Compound
from aether.domain.texts import FileBroken, FileEncrypted, FileUnsupported

DELETED = "\x00"
"""What stands for a character that was deleted, so that the others keep their places."""

_MARK, _MARK_95 = 0xA5EC, 0xA5DC
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_COUNTS = 0x4C
"""Where it stands how many characters each story has."""
_STORIES = ("body", "footnotes", "headers", "macros", "comments", "endnotes", "boxes", "header boxes")
_TABLES = 0x9A
"""Where it stands where each table begins, and how long it is."""
_STYLES, _HEADERS, _OF_CHARACTERS, _OF_PARAGRAPHS, _PIECES = 1, 11, 12, 13, 33
_PAGE = 512
_COMPRESSED = 0x4000_0000
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)
"""How long the value of a property is, by the three highest bits of its number; 0: it says so itself."""
_TABLE_ROWS, _TABS = 0xD608, 0xC615
_IN_TABLE, _ENDS_ROW, _STYLE, _OUTLINE, _LIST, _HUGE = 0x2416, 0x2417, 0x4600, 0x2640, 0x460B, 0x6646
_WAS_DELETED = 0x0800
_HEADING_MOST, _TITLE, _LIST_STYLES = 9, 62, range(47, 62)
_BASED_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """What is said of a paragraph.

    Attributes:
        level: Its depth as a heading, 1 being the highest; none if it is none.
        listed: Whether it is an item of a list.
        in_table: Whether it stands in a table.
        ends_row: Whether it is nothing but the end of a table's row.
    """

    level: int | None = None
    listed: bool = False
    in_table: bool = False
    ends_row: bool = False


class _Piece(NamedTuple):
    """Characters that lie side by side: the first one's number, how many, where, and bytes for each."""

    start: int
    length: int
    place: int
    width: int


class _Run(NamedTuple):
    """Bytes of the document to which the same properties apply."""

    start: int
    end: int
    properties: bytes


class WordFile:
    """The characters of a Word document, and its paragraphs' properties.

    Attributes:
        text: All characters, story after story; deleted ones are `DELETED`, and those that
            take two units are two, as the places in the file count them.
        stories: Where each story begins and ends in it.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileUnsupported: It is of Word 95 or older.
        FileBroken: It is damaged.
    """

    def __init__(self, compound: Compound) -> None:
        self._document = compound.stream("WordDocument")
        mark, flags = struct.unpack_from("<H8xH", self._document)
        if mark == _MARK_95:
            raise FileUnsupported("The file is a document of Word 95 or older, which Aether cannot read.")
        if mark != _MARK:
            raise FileBroken("The document is damaged.")
        if flags & _ENCRYPTED:
            raise FileEncrypted("The document is protected by a password.")
        self._table = compound.stream("1Table" if flags & _SECOND_TABLE else "0Table")
        self._data = compound.stream("Data")
        self.stories = self._stories()
        self._pieces = self._found_pieces()
        self._styles = self._found_styles()
        self._paragraphs = list(self._runs(_OF_PARAGRAPHS, 13))
        self._starts = [run.start for run in self._paragraphs]
        self.text = self._without_deleted("".join(map(self._characters, self._pieces)))

    def paragraph_at(self, place: int) -> Paragraph:
        """What is said of the paragraph whose last character has this place in `text`."""
        byte = self._byte_of(place)
        number = bisect_right(self._starts, byte) - 1
        if number < 0 or byte >= self._paragraphs[number].end:
            return Paragraph()
        return self._paragraph(self._paragraphs[number].properties)

    def headers(self) -> Iterator[tuple[int, int, bool]]:
        """Where each text above or below the pages begins and ends, and whether it stands below."""
        places = _numbers(self._found(_HEADERS))
        start = self.stories["headers"][0]
        for number in range(6, len(places) - 1):  # The first six part notes from the body.
            yield start + places[number], start + places[number + 1], number % 6 in {2, 3, 5}

    def _found(self, number: int) -> bytes:
        """The table with this number."""
        start, size = struct.unpack_from("<II", self._document, _TABLES + 8 * number)
        return self._table[start : start + size]

    def _stories(self) -> dict[str, tuple[int, int]]:
        stories, start = {}, 0
        counts = struct.unpack_from("<8I", self._document, _COUNTS)
        for name, count in zip(_STORIES, counts, strict=True):
            stories[name] = (start, start + count)
            start += count
        return stories

    def _found_pieces(self) -> list[_Piece]:
        table, place = self._found(_PIECES), 0
        while table[place] == 1:
            place += 3 + struct.unpack_from("<H", table, place + 1)[0]
        (size,) = struct.unpack_from("<I", table, place + 1)
        count = (size - 4) // 12
        bounds = struct.unpack_from(f"<{count + 1}I", table, place + 5)
        if bounds[-1] > len(self._document) or list(bounds) != sorted(bounds):
            raise FileBroken("The document is damaged.")
        pieces = []
        for number in range(count):
            (at,) = struct.unpack_from("<I", table, place + 5 + 4 * (count + 1) + 8 * number + 2)
            narrow = bool(at & _COMPRESSED)
            byte = (at & ~_COMPRESSED) // 2 if narrow else at
            start, end = bounds[number : number + 2]
            pieces.append(_Piece(start, end - start, byte, 1 if narrow else 2))
        return pieces

    def _characters(self, piece: _Piece) -> str:
        data = self._document[piece.place : piece.place + piece.length * piece.width]
        if len(data) < piece.length * piece.width:
            raise FileBroken("The document is damaged.")
        if piece.width == 1:
            return data.decode("cp1252", "replace")
        said = data.decode("utf-16-le", "surrogatepass")
        return (
            said if len(said) == piece.length else "".join(map(chr, struct.unpack(f"<{piece.length}H", data)))
        )

    def _without_deleted(self, text: str) -> str:
        """*text*, blank where characters were deleted under change tracking."""
        deleted = [run for run in self._runs(_OF_CHARACTERS, 1) if _is_deleted(run.properties)]
        if not deleted:
            return text
        letters = list(text)
        for piece in self._pieces:
            for run in deleted:
                since = max(0, (run.start - piece.place) // piece.width)
                until = min(piece.length, (run.end - piece.place) // piece.width)
                for place in range(piece.start + since, piece.start + until):
                    letters[place] = DELETED
        return "".join(letters)

    def _byte_of(self, place: int) -> int:
        number = bisect_right(self._pieces, place, key=lambda it: it.start) - 1
        piece = self._pieces[max(number, 0)]
        return piece.place + (place - piece.start) * piece.width

    def _runs(self, table: int, row: int) -> Iterator[_Run]:
        """The runs of characters or of paragraphs, in order, whose pages a table lists.

        Args:
            table: The number of that table.
            row: How many bytes a page has for each run.
        """
        listed = self._found(table)
        count = max(0, (len(listed) - 4) // 8)
        for number in struct.unpack_from(f"<{count}I", listed, 4 * (count + 1)):
            start = (number & 0x3F_FFFF) * _PAGE
            page = self._document[start : start + _PAGE]
            runs = page[-1] if len(page) == _PAGE else 0
            bounds = struct.unpack_from(f"<{runs + 1}I", page) if runs else ()
            for place in range(runs):
                at = page[4 * (runs + 1) + row * place] * 2
                yield _Run(bounds[place], bounds[place + 1], _sized(page, at, padded=row > 1) if at else b"")

    def _paragraph(self, properties: bytes) -> Paragraph:
        style = int.from_bytes(properties[:2], "little")
        based = self._styles[style] if style < len(self._styles) else Paragraph()
        return _altered(based, properties[2:], self._data)

    def _found_styles(self) -> list[Paragraph]:
        """What each style makes of a paragraph, what it is based on included."""
        sheet = self._found(_STYLES)
        if len(sheet) < 6:  # noqa: PLR2004 - it has no head
            return []
        head, count, fixed = struct.unpack_from("<HHH", sheet)
        place, own, bases = 2 + head, [], []
        for _ in range(min(count, len(sheet) // 2)):
            (size,) = struct.unpack_from("<H", sheet, place)
            style = sheet[place + 2 : place + 2 + size]
            kind, base = struct.unpack_from("<HH", style) if size else (0, 0xFFFF)
            own.append(_of_style(style, kind & 0xFFF, fixed))
            bases.append(base >> 4)
            place += 2 + size
        return [_inherited(number, own, bases) for number in range(len(own))]


def _numbers(table: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(table) // 4}I", table)


def _sized(page: bytes, at: int, *, padded: bool) -> bytes:
    """The properties at a place of a page: their size in bytes or, if they are *padded*, in words."""
    size = page[at]
    if not padded:
        return page[at + 1 : at + 1 + size]
    return page[at + 1 : at + 2 * size] if size else page[at + 2 : at + 2 + 2 * page[at + 1]]


def _of_style(style: bytes, kind: int, fixed: int) -> Paragraph:
    """What a style makes of a paragraph by itself."""
    if 1 <= kind <= _HEADING_MOST:
        return Paragraph(level=kind)
    if kind == _TITLE:
        return Paragraph(level=1)
    if kind in _LIST_STYLES:
        return Paragraph(listed=True)
    name = int.from_bytes(style[fixed : fixed + 2], "little")
    place = fixed + 2 + 2 * name + 2
    size = int.from_bytes(style[place : place + 2], "little")
    return _altered(Paragraph(), style[place + 4 : place + 2 + size], b"")


def _inherited(number: int, own: list[Paragraph], bases: list[int]) -> Paragraph:
    for _ in range(_BASED_MOST):
        if own[number] != Paragraph() or bases[number] >= len(own):
            return own[number]
        number = bases[number]
    return Paragraph()


@lru_cache(maxsize=1024)
def _altered(paragraph: Paragraph, properties: bytes, data: bytes) -> Paragraph:
    """*paragraph*, with these properties."""
    for number, value in _properties(properties):
        said = int.from_bytes(value, "little")
        if number == _HUGE:  # They lie elsewhere, for want of room.
            size = int.from_bytes(data[said : said + 2], "little")
            paragraph = _altered(paragraph, data[said + 2 : said + 2 + size], b"")
        elif number == _IN_TABLE:
            paragraph = replace(paragraph, in_table=bool(said))
        elif number == _ENDS_ROW:
            paragraph = replace(paragraph, ends_row=bool(said))
        elif number == _OUTLINE:
            paragraph = replace(paragraph, level=said + 1 if said < _HEADING_MOST else None)
        elif number == _LIST:
            paragraph = replace(paragraph, listed=bool(said))
    return paragraph


@lru_cache(maxsize=1024)
def _is_deleted(properties: bytes) -> bool:
    # Whether the lowest bit is set: the highest one only says that the style is overruled.
    return any(number == _WAS_DELETED and value and value[0] & 1 for number, value in _properties(properties))


def _properties(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """The numbers and values of properties."""
    place = 0
    while place + 3 <= len(packed):
        number = int.from_bytes(packed[place : place + 2], "little")
        place += 2
        size = _SIZES[number >> 13]
        if number == _TABLE_ROWS:
            size = 1 + int.from_bytes(packed[place : place + 2], "little")
        elif number == _TABS and packed[place] == 0xFF:  # noqa: PLR2004 - longer than it can say
            return
        elif not size:
            size = 1 + packed[place]
        yield number, packed[place : place + size]
        place += size
