"""A maker of Outlook archives ([MS-PST]): folders, messages, and what is attached to them."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from aether.adapters.extraction.storefiles import _LETTERS
from tests.adapters.extraction_binaries import _EPOCH, SENT

_PAGE = 512
_TEXT, _BYTES, _INSTANT, _NUMBER, _OBJECT = 0x1F, 0x102, 0x40, 3, 0x0D
_HIDDEN = bytes(_LETTERS.index(byte) for byte in range(256))

Property = tuple[int, int, bytes | int]


class Kept(NamedTuple):
    """A node: its number, its heap, and the nodes below it."""

    id: int
    data: bytes
    below: Sequence["Kept"] = ()
    parent: int = 0


def text(number: int, said: str) -> Property:
    return number, _TEXT, said.encode("utf-16-le")


def heap(*properties: Property) -> bytes:
    """A heap with these properties; a number in place of bytes stands for a node below, or for itself."""
    items = [b"", b""]
    rows = b""
    for number, type, value in sorted(properties, key=lambda it: it[0]):
        if isinstance(value, bytes):
            items.append(value)
        rows += struct.pack("<HHI", number, type, len(items) << 5 if isinstance(value, bytes) else value)
    items[:2] = [struct.pack("<BBBBI", 0xB5, 2, 6, 0, 2 << 5), rows]
    data, places = bytes(12), [12]
    for item in items:
        data += item
        places.append(len(data))
    data += bytes(len(data) % 2)
    table = struct.pack(f"<HH{len(places)}H", len(items), 0, *places)
    return struct.pack("<HBBI", len(data), 0xEC, 0xBC, 1 << 5) + bytes(4) + data[12:] + table


def message(subject: str, *properties: Property) -> bytes:
    ticks = int((SENT - _EPOCH).total_seconds()) * 10**7
    return heap(
        text(0x0037, subject),
        text(0x0C1A, "Ada"),
        text(0x0C1F, "ada@example.org"),
        text(0x0E04, "Bo"),
        (0x0039, _INSTANT, struct.pack("<Q", ticks)),
        (0x3FDE, _NUMBER, 1252),
        *properties,
    )


def attached(id: int, name: str, data: bytes) -> Kept:
    """A file that is attached; its bytes are a node of their own."""
    return Kept(id, heap(text(0x3707, name), (0x3701, _BYTES, 0x803F)), (Kept(0x803F, data),))


def enclosed(id: int, message: bytes, *below: Kept) -> Kept:
    """A message that is attached."""
    return Kept(id, heap((0x3701, _OBJECT, struct.pack("<II", 0x8004, 9))), (Kept(0x8004, message, below),))


FOLDERS = (
    Kept(0x122, heap((0x3FDE, _NUMBER, 1252)), parent=0x122),
    Kept(0x8022, heap(text(0x3001, "Inbox")), parent=0x122),
    Kept(0x8042, heap(text(0x3001, "Drafts / old")), parent=0x122),
)
RIVERS = (
    Kept(
        0x200004,
        message("\x01\x05Re: Rivers", text(0x1000, "Water runs downhill.\r\n\r\nAnd rests.")),
        (
            attached(0x8025, "levels.csv", b"Place,Level\n" * 2_000),
            enclosed(
                0x8045, message("Silt", (0x1013, _BYTES, b"<p>Look.")), attached(0x8065, "silt.pdf", b"%PDF")
            ),
        ),
        parent=0x8022,
    ),
    Kept(0x200024, message("Mud", (0x1000, 0x1E, "Köln".encode("cp1252"))), parent=0x8042),
)


def pst(
    messages: Sequence[Kept] = RIVERS, *, wide: bool = True, hidden: bool = True, version: int | None = None
) -> bytes:
    """An archive.

    Args:
        wide: Whether its numbers have eight bytes, as since 2003, or four.
        hidden: Whether its letters are exchanged, as Outlook does it.
    """
    store = _Store(wide=wide, hidden=hidden)
    nodes = [store.node(it) for it in sorted((*FOLDERS, *messages))]
    return store.file(nodes, version or (23 if wide else 14))


def ring() -> bytes:
    """An archive with a message that encloses itself, and one behind it."""
    store = _Store(wide=True, hidden=False)
    data = store._value(message("Round", text(0x1000, "And round.")))
    attachment = store._value(heap((0x3701, _OBJECT, struct.pack("<II", 0x8004, 9))))
    below = store._next(2) + 4
    again = store._leaf(store._numbers(0x8004, data, below))
    assert store._leaf(store._numbers(0x8045, attachment, again)) == below
    row = store._numbers(0x200004, data, below) + struct.pack("<II", 0x8022, 0)
    return store.file([*map(store.node, FOLDERS), row, store.node(RIVERS[1])], 23)


class _Store:
    """An archive in the making."""

    def __init__(self, *, wide: bool, hidden: bool) -> None:
        self._wide = wide
        self._hidden = hidden
        self._number = "Q" if wide else "I"
        self._blocks: list[tuple[int, int, int]] = []
        self._data = bytearray(1024)

    def node(self, kept: Kept) -> bytes:
        """The row of a node, its blocks being written."""
        lower = self._lower(kept.below)
        row = self._numbers(kept.id, self._value(kept.data), lower) + struct.pack("<I", kept.parent)
        return row + bytes(4 if self._wide else 0)

    def file(self, nodes: Sequence[bytes], version: int) -> bytes:
        """All of it, each tree being a page of leaves under a page of one branch."""
        rows = [self._numbers(id, place) + struct.pack("<HH", size, 2) for id, place, size in self._blocks]
        padding = bytes(4 if self._wide else 0)
        places = [self._tree(nodes), self._tree([row + padding for row in rows])]
        head = bytearray(1024)
        struct.pack_into("<4sI2sH", head, 0, b"!BDN", 0, b"SM", version)
        for place, at in zip(places, (0xE0, 0xF0) if self._wide else (0xBC, 0xC4), strict=True):
            struct.pack_into(f"<{self._number}", head, at, place)
        head[0x201 if self._wide else 0x1CD] = int(self._hidden)
        self._data[: len(head)] = head
        return bytes(self._data)

    def _value(self, data: bytes) -> int:
        """The number of the block with this data, or of one that lists them."""
        pieces = [data[place : place + 8176] for place in range(0, len(data), 8176)]
        numbers = [self._block(it.translate(_HIDDEN) if self._hidden else it, 0) for it in pieces]
        if len(numbers) == 1:
            return numbers[0]
        return self._block(struct.pack("<BBHI", 1, 1, len(numbers), len(data)) + self._numbers(*numbers), 2)

    def _lower(self, below: Sequence[Kept]) -> int:
        """The number of the block that lists a block that lists the nodes below another; 0 for none."""
        if not below:
            return 0
        head = 4 if self._wide else 0
        rows = b"".join(
            self._numbers(it.id, self._value(it.data), self._lower(it.below)) for it in sorted(below)
        )
        leaf = self._leaf(rows, len(below))
        return self._block(struct.pack("<BBH", 2, 1, 1) + bytes(head) + self._numbers(below[0].id, leaf), 2)

    def _leaf(self, rows: bytes, count: int = 1) -> int:
        """The number of a block that lists nodes."""
        return self._block(struct.pack("<BBH", 2, 0, count) + bytes(4 if self._wide else 0) + rows, 2)

    def _next(self, kind: int) -> int:
        """The number of the block that is written next."""
        return (len(self._blocks) + 1) * 4 | kind

    def _block(self, data: bytes, kind: int) -> int:
        number = self._next(kind)
        self._blocks.append((number, len(self._data), len(data)))
        self._data += data + bytes(-len(data) % 64)
        return number

    def _tree(self, rows: Sequence[bytes]) -> int:
        size = len(rows[0])
        most = 480 // size
        leaves = [rows[place : place + most] for place in range(0, len(rows), most)]
        first = struct.Struct(f"<{self._number}")
        branches = []
        for leaf in leaves:
            place = self._page(leaf, 0)
            branches.append(self._numbers(first.unpack_from(leaf[0])[0], 0, place))
        return self._page(branches, 1)

    def _page(self, rows: Sequence[bytes], level: int) -> int:
        place = len(self._data)
        told = bytes([len(rows), 20, len(rows[0]), level])
        self._data += b"".join(rows).ljust(488 if self._wide else 496, b"\x00") + told
        self._data += bytes(place + _PAGE - len(self._data))
        return place

    def _numbers(self, *numbers: int) -> bytes:
        return struct.pack(f"<{len(numbers)}{self._number}", *numbers)
