"""Makers of binary files that no library here writes: compound files, and what Office once put into them."""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime

from tests import make_files as make

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _SMALL, _CUTOFF = 512, 64, 4096
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
SENT = datetime(2024, 5, 1, 10, 30, tzinfo=UTC)


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]) with these streams; a slash in a name means a storage."""
    nodes: list[str] = [""]
    for path in streams:
        steps = path.split("/")
        nodes += [it for n in range(len(steps)) if (it := "/".join(steps[: n + 1])) not in nodes]
    small, small_chain, starts = b"", [], {}
    for path, data in streams.items():
        if len(data) < _CUTOFF:
            starts[path] = len(small) // _SMALL if data else _END
            small_chain += _chain(len(small) // _SMALL, len(data), _SMALL)
            small += _full(data, _SMALL)
    large = {path: data for path, data in streams.items() if len(data) >= _CUTOFF}
    places = 1 + -(-len(nodes) * 128 // _SECTOR) + -(-len(small_chain) * 4 // _SECTOR)
    parts = [(_full(b"".join(struct.pack("<I", it) for it in small_chain), _SECTOR, b"\xff"), "")]
    parts += [(_full(small, _SECTOR), ""), *((_full(data, _SECTOR), path) for path, data in large.items())]
    small_start = places if small else _END
    place = places + len(parts[1][0]) // _SECTOR
    for data, path in parts[2:]:
        starts[path] = place
        place += len(data) // _SECTOR
    rows = [_entry(node, nodes, streams, starts, small_start, len(small)) for node in nodes]
    directory = _full(b"".join(rows), _SECTOR)
    fat = [_FAT, *_chain(1, len(directory), _SECTOR)]
    for data in (it for it, _ in parts):
        fat += _chain(len(fat), len(data), _SECTOR)
    assert len(fat) <= _SECTOR // 4
    table = _full(b"".join(struct.pack("<I", it) for it in fat), _SECTOR, b"\xff")
    first_small = 1 + len(directory) // _SECTOR if small_chain else _END
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", make.OLE[:8], bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, _CUTOFF, first_small, len(parts[0][0]) // _SECTOR, _END, 0, 0,
    )  # fmt: skip
    return _full(header, _SECTOR, b"\xff") + table + directory + b"".join(data for data, _ in parts)


def _chain(start: int, size: int, sector: int) -> list[int]:
    count = -(-size // sector)
    return [*range(start + 1, start + count), _END] if count else []


def _full(data: bytes, sector: int, fill: bytes = b"\x00") -> bytes:
    return data + fill * (-len(data) % sector)


def _entry(
    node: str,
    nodes: list[str],
    streams: Mapping[str, bytes],
    starts: Mapping[str, int],
    small_start: int,
    small_size: int,
) -> bytes:
    """The directory's row for *node*: its next sibling stands to its right, its first child below it."""

    def siblings(folder: str) -> list[int]:
        below = [it for it in nodes if it and it.rpartition("/")[0] == folder]
        return [nodes.index(it) for it in sorted(below, key=lambda it: (len(it), it.upper()))]

    inside = siblings(node)
    beside = siblings(node.rpartition("/")[0]) if node else []
    right = beside[beside.index(nodes.index(node)) + 1 :] if node else []
    name = (node.rpartition("/")[2] if node else "Root Entry").encode("utf-16-le") + b"\x00\x00"
    kind = 5 if not node else 2 if node in streams else 1
    start, size = (starts[node], len(streams[node])) if node in streams else (0, 0)
    if not node:
        start, size = small_start, small_size
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ", name, len(name), kind, 1, _FREE, right[0] if right else _FREE,
        inside[0] if inside else _FREE, bytes(16), 0, bytes(8), bytes(8), start, size,
    )  # fmt: skip


def xls(*, sealed: bool = False) -> bytes:
    """A workbook of Excel 97: a sheet with a head, words, numbers and a day."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def text(said: str) -> bytes:
        return struct.pack("<HB", len(said), 0) + said.encode("latin-1")

    words = ["Place", "Level", "Since", "Köln"]
    begins = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0x41, 6)
    formats = b"".join(record(0xE0, struct.pack("<HH", 0, number) + bytes(16)) for number in (0, 14))
    strings = record(0xFC, struct.pack("<II", len(words), len(words)) + b"".join(map(text, words)))
    locked = record(0x2F, struct.pack("<HHH", 0, 0x1234, 0x5678)) if sealed else b""
    head = record(0x809, begins) + locked + record(0x42, struct.pack("<H", 1200)) + formats
    name = b"\x06\x00Gauges"
    place = len(head) + 4 + 6 + len(name) + len(strings) + 4
    head += record(0x85, struct.pack("<IBB", place, 0, 0) + name) + strings + record(0x0A)
    cells = [record(0xFD, struct.pack("<HHHI", 0, column, 0, column)) for column in range(3)]
    cells += [
        record(0xFD, struct.pack("<HHHI", 1, 0, 0, 3)),
        record(0x203, struct.pack("<HHHd", 1, 1, 0, 5.25)),
        record(0x203, struct.pack("<HHHd", 1, 2, 1, 45413.0)),
    ]
    begins = struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0x41, 6)
    sheet = record(0x809, begins) + record(0x200, struct.pack("<IIHHH", 0, 2, 0, 3, 0))
    book = head + sheet + b"".join(cells) + record(0x0A)
    return compound({"Workbook": book.ljust(_CUTOFF, b"\x00")})


def xlsb() -> bytes:
    """A binary workbook: a sheet with a head, words and a number."""

    def record(kind: int, data: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return number + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data

    def text(said: str) -> bytes:
        return struct.pack("<I", len(said)) + said.encode("utf-16-le")

    def cell(kind: int, column: int, data: bytes) -> bytes:
        return record(kind, struct.pack("<II", column, 0) + data)

    def row(number: int) -> bytes:
        return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))

    book = record(131) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + text("rId1") + text("Gauges")) + record(144) + record(132)
    rows = row(0) + cell(6, 0, text("Place")) + cell(6, 1, text("Level"))
    rows += row(1) + cell(6, 0, text("Köln")) + cell(5, 1, struct.pack("<d", 5.25))
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 1, 0, 1)) + record(145) + rows
    sheet += record(146) + record(130)
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return make.packed(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relation.encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def msg(bodies: Mapping[str, bytes] | None = None, *, inner: bool = False) -> bytes:
    """An Outlook message about rivers, with a file attached.

    Args:
        bodies: What it says, by the property and its type; a plain body if nothing.
        inner: Whether a message is attached too, with a file of its own.
    """
    texts = {
        "0037001F": "Rivers of the North",
        "0C1A001F": "Ada",
        "0C1F001F": "ada@example.org",
        "0E04001F": "Bo",
        "0E03001F": "Cy",
    }
    said = bodies or {"1000001F": "Water runs downhill.\r\n\r\nAnd rests.".encode("utf-16-le")}
    streams = {
        "__properties_version1.0": _fixed(32),
        **_streams("", texts),
        **{f"__substg1.0_{name}": value for name, value in said.items()},
        **_attached("", "levels.csv", b"Place,Level"),
    }
    if inner:
        within = "__attach_version1.0_#00000001/__substg1.0_3701000D/"
        streams |= {
            "__attach_version1.0_#00000001/__properties_version1.0": bytes(8),
            f"{within}__properties_version1.0": _fixed(24),
            **_streams(within, {"0037001F": "Silt", "1000001F": "Look.", "0C1A001F": "Bo"}),
            **_attached(within, "..\\silt.pdf", b"%PDF-1.7"),
        }
    return compound(streams)


def _fixed(header: int) -> bytes:
    """When a message was sent, and in which charset it is."""
    ticks = int((SENT - _EPOCH).total_seconds()) * 10**7
    rows = struct.pack("<IIQ", 0x0039_0040, 6, ticks) + struct.pack("<IIQ", 0x3FDE_0003, 6, 1252)
    return bytes(header) + rows


def _streams(folder: str, texts: Mapping[str, str]) -> dict[str, bytes]:
    return {f"{folder}__substg1.0_{name}": value.encode("utf-16-le") for name, value in texts.items()}


def _attached(folder: str, name: str, data: bytes) -> dict[str, bytes]:
    storage = f"{folder}__attach_version1.0_#00000000/"
    return {
        f"{storage}__properties_version1.0": bytes(8),
        **_streams(storage, {"3707001F": name}),
        f"{storage}__substg1.0_37010102": data,
    }
