"""Makers of what an old Office wrote: documents ([MS-DOC]) and presentations ([MS-PPT])."""

import struct
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from tests.adapters.extraction_binaries import compound

IN_TABLE = struct.pack("<HB", 0x2416, 1)
ENDS_ROW = IN_TABLE + struct.pack("<HB", 0x2417, 1)
LISTED = struct.pack("<HH", 0x460B, 1)
BODY, HEADING, HEADING_2, OURS, BULLETS = range(5)
"""Styles: the third is one of ours, and based on the second heading."""
_TEXT_FROM = 0x600
_PAGE = 512


class Said(NamedTuple):
    """A paragraph of a document with its mark, its style and properties."""

    words: str
    style: int = BODY
    properties: bytes = b""


RIVERS = (
    Said("Rivers\r", HEADING),
    Said(
        'Water \x13 HYPERLINK "http://example.org/" \x14runs\x15 down\x1fhill in Šibenik\x13 PAGE \x15.\x02\r'
    ),
    Said("The Elbe\r", BULLETS),
    Said("The Oder\r", BODY, LISTED),
    Said("Gauges\r", OURS),
    Said("Place\x07", BODY, IN_TABLE),
    Said("Level\x07", BODY, IN_TABLE),
    Said("\x07", BODY, ENDS_ROW),
    Said("Köln\r", BODY, IN_TABLE),
    Said("upper\x07", BODY, IN_TABLE),
    Said("5.25\x07", BODY, IN_TABLE),
    Said("\x07", BODY, ENDS_ROW),
    Said("The end.\x0c"),
)


def doc(
    body: Sequence[Said] = RIVERS,
    *,
    notes: str = "\x02 Mostly.\r",
    header: str = "Confidential\r",
    footer: str = "Institute\r",
    comments: str = "\x05Really? 𐌲 ζ\r",
    boxes: str = "In a box.\r",
    deleted: str = "",
    flags: int = 0x0200,
    mark: int = 0xA5EC,
) -> bytes:
    """A document: its body in bytes of cp1252, and the rest in UTF-16.

    Args:
        deleted: Words of the body that were deleted under change tracking.
    """
    narrow = "".join(it.words for it in body)
    separators = ["\x03\r"] * 6
    headers = "".join([*separators, "", header, "", footer, "", "", "\r"])
    wide = notes + headers + comments + boxes
    data = narrow.encode("cp1252") + wide.encode("utf-16-le")
    document = bytearray(_TEXT_FROM) + data
    document += bytes(-len(document) % _PAGE)
    ends = list(accumulate(len(it.words) for it in body))
    bounds = [_TEXT_FROM, *(_TEXT_FROM + end for end in ends), _TEXT_FROM + len(data)]
    papers = [struct.pack("<H", it.style) + it.properties for it in body] + [bytes(2)]
    since = _TEXT_FROM + (narrow.index(deleted) if deleted else 0)
    marked = [_TEXT_FROM, since, since + len(deleted), _TEXT_FROM + len(data)]
    pages = (_page(marked, [b"", struct.pack("<HB", 0x0800, 0x81), b""], 1), _page(bounds, papers, 13))
    places = list(accumulate([0, *map(len, separators), 0, len(header), 0, len(footer), 0, 0, 1]))
    units = len(wide.encode("utf-16-le")) // 2
    tables = {
        1: _styles(),
        11: struct.pack(f"<{len(places)}I", *places),
        12: struct.pack("<III", _TEXT_FROM, bounds[-1], len(document) // _PAGE),
        13: struct.pack("<III", _TEXT_FROM, bounds[-1], len(document) // _PAGE + 1),
        33: _pieces(len(narrow), units),
    }
    document += b"".join(pages)
    counts = (
        len(narrow),
        len(notes),
        len(headers),
        0,
        len(comments.encode("utf-16-le")) // 2,
        0,
        len(boxes),
        0,
    )
    struct.pack_into("<HH", document, 0, mark, 0xC1)
    struct.pack_into("<H", document, 10, flags)
    struct.pack_into("<IIII", document, 0x18, _TEXT_FROM, bounds[-1], 0, len(document))
    struct.pack_into("<HH", document, 0x20, 14, 0)
    struct.pack_into("<H", document, 0x3E, 22)
    struct.pack_into("<I", document, 0x40, len(document))
    struct.pack_into("<8I", document, 0x4C, *counts)
    struct.pack_into("<H", document, 0x98, 0x5D)
    table = b""
    for number, content in tables.items():
        struct.pack_into("<II", document, 0x9A + 8 * number, len(table), len(content))
        table += content
    return compound(
        {
            "WordDocument": bytes(document).ljust(4096, b"\x00"),
            "1Table": table.ljust(4096, b"\x00"),
            "\x05SummaryInformation": summary(title="Rivers of the North", author="Ada Löve"),
        }
    )


def _pieces(narrow: int, wide: int) -> bytes:
    """The piece table, after some properties that nothing refers to."""
    rows = struct.pack("<HIH", 0, _TEXT_FROM * 2 | 0x4000_0000, 0)
    rows += struct.pack("<HIH", 0, _TEXT_FROM + narrow, 0)
    table = struct.pack("<III", 0, narrow, narrow + wide) + rows
    return b"\x01\x03\x00\x35\x08\x01" + b"\x02" + struct.pack("<I", len(table)) + table


def _page(bounds: Sequence[int], properties: Sequence[bytes], row: int) -> bytes:
    """A page that says of runs of bytes what holds of them."""
    page = bytearray(_PAGE)
    struct.pack_into(f"<{len(bounds)}I", page, 0, *bounds)
    end = _PAGE - 2
    for number, its in enumerate(properties):
        sized = _in_words(its) if row > 1 else bytes([len(its)]) + its
        end = (end - len(sized)) // 2 * 2
        page[end : end + len(sized)] = sized
        page[4 * len(bounds) + row * number] = end // 2 if its else 0
    page[-1] = len(properties)
    return bytes(page)


def _in_words(properties: bytes) -> bytes:
    """Properties after their size in words, of which there are two ways to tell it."""
    if len(properties) % 2:
        return bytes([len(properties) // 2 + 1]) + properties
    return bytes([0, len(properties) // 2]) + properties


def _styles() -> bytes:
    kinds = (
        (0, 0xFFF, "Normal"),
        (1, 0, "heading 1"),
        (2, 0, "heading 2"),
        (0xFFE, 2, "Ours"),
        (48, 0, "Bullets"),
    )
    sheet = struct.pack("<HHHHHHHHHH", 18, len(kinds), 10, 1, 91, 15, 0, 0, 0, 0)
    for number, (kind, base, name) in enumerate(kinds):
        style = struct.pack("<HHHHH", kind, 1 | base << 4, 2 | number << 4, 0, 0)
        style += struct.pack("<H", len(name)) + name.encode("utf-16-le") + bytes(2)
        style += struct.pack("<HHH", 2, number, 0)
        sheet += struct.pack("<H", len(style)) + style
    return sheet


def summary(*, title: str, author: str) -> bytes:
    """What a document says of itself ([MS-OLEPS]), in cp1252."""
    values = [(1, struct.pack("<Ihh", 2, 1252, 0)), (2, _string(title)), (4, _string(author))]
    place = 8 + 8 * len(values)
    rows = b""
    for number, value in values:
        rows += struct.pack("<II", number, place)
        place += len(value)
    section = struct.pack("<II", place, len(values)) + rows + b"".join(value for _, value in values)
    format = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    return struct.pack("<HHI16sI", 0xFFFE, 0, 2, bytes(16), 1) + format + struct.pack("<I", 48) + section


def _string(said: str) -> bytes:
    data = said.encode("cp1252") + b"\x00"
    return struct.pack("<II", 30, len(data)) + data + bytes(-len(data) % 4)


TITLE, LISTED_TEXT, NOTED, OTHER = 0, 1, 2, 4


def record(kind: int, *inside: bytes, instance: int = 0) -> bytes:
    """A record that holds others."""
    return _record(kind, b"".join(inside), instance << 4 | 15)


def atom(kind: int, data: bytes = b"", instance: int = 0) -> bytes:
    """A record that holds values."""
    return _record(kind, data, instance << 4)


def _record(kind: int, data: bytes, head: int) -> bytes:
    return struct.pack("<HHI", head, kind, len(data)) + data


def said(words: str, kind: int = OTHER) -> bytes:
    """The records of a text, in bytes where that is enough."""
    plain = all(ord(letter) < 256 for letter in words)
    data = atom(0xFA8, words.encode("latin-1")) if plain else atom(0xFA0, words.encode("utf-16-le"))
    return atom(0xF9F, struct.pack("<I", kind)) + data


def shape(*words: bytes, place: int = 0, left: int = 0, top: int = 0) -> bytes:
    """A shape with a text, that holds the place of something if one is given."""
    held = record(0xF011, atom(0xBC3, struct.pack("<iBBH", 0, place, 0, 0))) if place else b""
    anchor = atom(0xF00F, struct.pack("<iiii", left, top, left + 9, top + 9))
    return record(0xF004, anchor, held, record(0xF00D, *words))


def table(*rows: Sequence[str]) -> bytes:
    """A table, its cells from the last to the first."""
    cells = [
        shape(said(words), left=left, top=top)
        for top, row in enumerate(rows)
        for left, words in enumerate(row)
    ]
    head = record(0xF004, atom(0xF122, struct.pack("<HIHI", 0x0100, 0, 0x039F, 1), instance=2))
    return record(0xF003, head, *reversed(cells))


def slide(*shapes: bytes, notes: int = 0, more: bytes = b"", kind: int = 0x3EE) -> bytes:
    """A slide, or its notes."""
    about = atom(0x3EF, struct.pack("<I8sIII", 0, bytes(8), 0, notes, 0))
    return record(kind, about, record(0x40C, record(0xF002, record(0xF003, *shapes))), more)


def comment(words: str) -> bytes:
    """A comment on a slide."""
    told = record(0x2EE0, atom(0xFBA, "Bo".encode("utf-16-le")), atom(0xFBA, words.encode("utf-16-le"), 1))
    return record(0x1388, record(0x138A, atom(0x138B, told)))


SHOW = (
    slide(
        shape(atom(0xF9E, struct.pack("<I", 0)), place=13),
        shape(said("Water runs\rand rests", LISTED_TEXT), place=14),
        shape(said("*"), place=7),
        shape(said("Institute"), place=9),
        notes=300,
        more=comment("Really?"),
    ),
    slide(record(0xF003, shape(said("In a gróup ζ"))), table(("Place", "Level"), ("Köln", "5.25"))),
)


def ppt(
    *slides: bytes,
    titles: Mapping[int, str] | None = None,
    notes: Mapping[int, str] | None = None,
    mark: int = 0xE391C05F,
    seal: bytes = b"",
) -> bytes:
    """A presentation, saved twice: an early draft of its first slide is still in it.

    Args:
        titles: Texts that slides only refer to, by their number.
        notes: What notes say, by their id.
    """
    slides = slides or SHOW
    titles = {0: "Rivers"} if titles is None else titles
    notes = {300: "Say it slowly."} if notes is None else notes
    pages = [slide(shape(said(words, NOTED)), kind=0x3F0) for words in notes.values()]
    listed = [
        atom(0x3F3, struct.pack("<IIIII", 2 + n, 0, 0, 256 + n, 0))
        + (said(titles[n], TITLE) if n in titles else b"")
        for n in range(len(slides))
    ]
    noted = [
        atom(0x3F3, struct.pack("<IIIII", 2 + len(slides) + n, 0, 0, id, 0)) for n, id in enumerate(notes)
    ]
    footer = atom(0xFBA, "Institute".encode("utf-16-le"), 2)
    shown = record(0xFD9, atom(0xFDA, struct.pack("<HH", 0, 0x20)), footer, instance=3)
    document = record(
        0x3E8, atom(0x3E9, bytes(40)), record(0xFF0, *listed), record(0xFF0, *noted, instance=2), shown
    )
    data, places = b"", []
    for part in (document, *slides, *pages, slide(shape(said("A draft.")))):
        places.append(len(data))
        data += part
    before, data = len(data), data + _directory(2, places[-1:])
    first, data = len(data), data + _edit(0, before)
    after, data = len(data), data + _directory(1, places[:-1])
    last, data = len(data), data + _edit(first, after, seal)
    user = atom(0xFF6, struct.pack("<IIIHHBBH", 20, mark, last, 0, 0x3F4, 3, 0, 0))
    return compound(
        {
            "PowerPoint Document": data.ljust(4096, b"\x00"),
            "Current User": user,
            "\x05SummaryInformation": summary(title="Rivers of the North", author="Ada Löve"),
        }
    )


def _directory(first: int, places: Sequence[int]) -> bytes:
    return atom(0x1772, struct.pack(f"<I{len(places)}I", first | len(places) << 20, *places))


def _edit(before: int, directory: int, seal: bytes = b"") -> bytes:
    return atom(0xFF5, struct.pack("<IHBBIIIIHH", 256, 0, 0, 3, before, directory, 1, 9, 0, 0) + seal)
