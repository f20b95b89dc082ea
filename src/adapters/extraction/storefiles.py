"""Store files: the messages and folders of an Outlook archive, and their properties ([MS-PST]).

Pages make two trees: one says where each block lies, the other which blocks a node has. A node is a heap, in
which a third tree lists properties by number; long values, and what is attached, are nodes below it.
"""

import os
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple

from aether.domain.texts import FileBroken, FileTooComplex, FileUnsupported

MESSAGE, ATTACHED = 0x04, 0x05
"""Kinds of nodes."""

_KIND = 0x1F
_WHOLE_ID, _WHOLE_BLOCK = 0xFFFF_FFFF, ~1
"""What of the numbers of nodes and of blocks counts."""
_MARK = b"!BDN"
_OLD, _WIDE, _WIDEST = {14, 15}, 23, 36
"""Versions: of four bytes a number, of eight, and of larger pages."""
_PAGE = 512
_INTERNAL = 2
"""The bit that a block's number has if it lists others."""
_PLAIN, _SUBSTITUTED = 0, 1
_LIST, _NODES = 1, 2
_HEAP, _PROPERTIES, _TREE = 0xEC, 0xBC, 0xB5
_FIXED = {0x0002, 0x0003, 0x0004, 0x000A, 0x000B}
"""Types whose values stand in place of a reference."""
_LEVELS_MOST = 20
DATA_MOST = 512 * 2**20
"""The longest value, in bytes."""
_LETTERS = bytes.fromhex(
    "47f1b4e60b6a7248854e9eebe2f89453e0bba002e85a09abdbe3bac67cc310dd39059630f53760828cc9134a6b1df3fb8f2697ca911701c4322d6e3195ffd923"
    "d1005e79dc443b1a28c5615720903d83b943be67d2464276c06d5b7eb20f16293ca903540dda5ddff6b7c762cd8d06d3695c86d614f7a56675acb1e94521700c"
    "879f74a4224c6fbf1f56aa2eb3783350b0a392bccf191ca763cb1e4d3e4b1b9b4fe7f0eead3ab55904ea40552551e57a893868527bfc27aed7bdfa07f4cc8e5f"
    "ef359c842b15d5773449b6120a7f7188fd9d18417d93d8582ccefe24afdeb836c8a180a69998a82f0e816573e4c2a28ad4e111d0088b2af2ed9a643fc16cf9ec"
)
"""What the bytes of a block stand for."""


class Node(NamedTuple):
    """A node.

    Attributes:
        data: The block with its heap.
        below: The block that lists the nodes below it; 0 for none.
        parent: The number of the folder that it is in.
    """

    id: int
    data: int
    below: int
    parent: int = 0

    @property
    def kind(self) -> int:
        """What it is."""
        return self.id & _KIND


class Value(NamedTuple):
    """A property: its type, and what it holds or where that is."""

    type: int
    held: int


class StoreFile:
    """An Outlook archive.

    Raises:
        FileUnsupported: It is packed in a way that is not known.
        FileBroken: It is damaged.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = file.seek(0, os.SEEK_END)
        head = self._read(0, 576)
        version = int.from_bytes(head[10:12], "little")
        self._wide = version >= _WIDE
        if not head.startswith(_MARK) or (not self._wide and version not in _OLD):
            raise FileBroken("The archive is damaged.")
        crypt = head[0x201 if self._wide else 0x1CD]
        if version >= _WIDEST or crypt not in {_PLAIN, _SUBSTITUTED}:
            raise FileUnsupported("The file is an Outlook archive of a kind that Aether cannot read.")
        self._substituted = crypt == _SUBSTITUTED
        self._number = "<Q" if self._wide else "<I"
        self._size = 8 if self._wide else 4
        places = (0xE0, 0xF0) if self._wide else (0xBC, 0xC4)
        self._nodes, self._blocks = (self._number_in(head, place) for place in places)
        self._page = lru_cache(maxsize=4096)(self._read_page)

    def nodes(self, kind: int) -> Iterator[Node]:
        """The nodes of a kind, in the order of their numbers."""
        for row in self._leaves(self._nodes, _LEVELS_MOST):
            node = self._node(row)
            if node.kind == kind:
                yield node

    def node(self, id: int) -> Node | None:
        """The node with this number."""
        row = self._found(self._nodes, id, _WHOLE_ID)
        return self._node(row) if row else None

    def below(self, node: Node) -> dict[int, Node]:
        """The nodes below a node, by their numbers."""
        return {it.id: it for it in self._listed_nodes(node.below, _LEVELS_MOST)} if node.below else {}

    def blocks_of(self, number: int, level: int = _LEVELS_MOST) -> Iterator[bytes]:
        """The bytes of a block, or of those that it lists, one by one.

        Raises:
            FileBroken: There is no such block.
        """
        data = self._block(number)
        if not number & _INTERNAL:
            yield data
            return
        if data[:1] != bytes([_LIST]) or not level:
            raise FileBroken("The archive is damaged.")
        for place in range(int.from_bytes(data[2:4], "little")):
            yield from self.blocks_of(self._number_in(data, 8 + place * self._size), level - 1)

    def whole(self, number: int) -> bytes:
        """All bytes of a block, or of those that it lists.

        Raises:
            FileTooComplex: They are more than a value may have.
        """
        pieces, size = [], 0
        for piece in self.blocks_of(number):
            size += len(piece)
            if size > DATA_MOST:
                raise FileTooComplex("The archive holds more in one value than is read.")
            pieces.append(piece)
        return b"".join(pieces)

    def _block(self, number: int) -> bytes:
        row = self._found(self._blocks, number, _WHOLE_BLOCK)
        if not row:
            raise FileBroken("The archive is damaged.")
        place = self._number_in(row, self._size)
        size = int.from_bytes(row[2 * self._size : 2 * self._size + 2], "little")
        data = self._read(place, size)
        return data.translate(_LETTERS) if self._substituted and not number & _INTERNAL else data

    def _listed_nodes(self, number: int, level: int) -> Iterator[Node]:
        data = self._block(number)
        start = 8 if self._wide else 4
        deep = data[1]
        size = self._size * (2 if deep else 3)
        if data[0] != _NODES or not level:
            raise FileBroken("The archive is damaged.")
        for place in range(int.from_bytes(data[2:4], "little")):
            row = data[start + place * size : start + (place + 1) * size]
            if deep:
                yield from self._listed_nodes(self._number_in(row, self._size), level - 1)
            else:
                id, data_block, below = (self._number_in(row, n * self._size) for n in range(3))
                yield Node(id & _WHOLE_ID, data_block, below)

    def _node(self, row: bytes) -> Node:
        id, data, below = (self._number_in(row, n * self._size) for n in range(3))
        (parent,) = struct.unpack_from("<I", row, 3 * self._size)
        return Node(id & _WHOLE_ID, data, below, parent)

    def _found(self, place: int, key: int, mask: int) -> bytes:
        """The row of a tree with this key, its root being at a place; none if there is no such row."""
        key &= mask
        for _ in range(_LEVELS_MOST):
            level, rows = self._page(place)
            keys = [self._number_in(row, 0) & mask for row in rows]
            before = [row for row, its in zip(rows, keys, strict=True) if its <= key]
            if not before:
                return b""
            if not level:
                return before[-1] if key in keys else b""
            place = self._number_in(before[-1], 2 * self._size)
        raise FileBroken("The archive is damaged.")

    def _leaves(self, place: int, level: int) -> Iterator[bytes]:
        if not level:
            raise FileBroken("The archive is damaged.")
        deep, rows = self._page(place)
        for row in rows:
            if deep:
                yield from self._leaves(self._number_in(row, 2 * self._size), level - 1)
            else:
                yield row

    def _read_page(self, place: int) -> tuple[int, list[bytes]]:
        """How high a page stands in its tree, and its rows."""
        page = self._read(place, _PAGE)
        count, _, size, level = page[488:492] if self._wide else page[496:500]
        if not size or count * size > _PAGE:
            raise FileBroken("The archive is damaged.")
        return level, [page[n * size : (n + 1) * size] for n in range(count)]

    def _read(self, place: int, size: int) -> bytes:
        if place + size > self._end:
            raise FileBroken("The archive breaks off.")
        self._file.seek(place)
        return self._file.read(size)

    def _number_in(self, data: bytes, place: int) -> int:
        number: int = struct.unpack_from(self._number, data, place)[0]
        return number


class Heap:
    """The heap of a node, and the properties in it.

    Raises:
        FileBroken: It is none, or damaged.
    """

    def __init__(self, file: StoreFile, node: Node) -> None:
        self._file = file
        self.below = file.below(node)
        self._blocks = list(file.blocks_of(node.data))
        mark, kind = self._blocks[0][2:4]
        if mark != _HEAP or kind != _PROPERTIES:
            raise FileBroken("The archive is damaged.")
        root = self.held(struct.unpack_from("<I", self._blocks[0], 4)[0])
        if root[0] != _TREE:
            raise FileBroken("The archive is damaged.")
        rows = self._rows(struct.unpack_from("<I", root, 4)[0], root[3])
        self.values = {number: Value(type, held) for number, type, held in rows}

    def data(self, number: int) -> bytes:
        """The value of a property as bytes; none if there is no such property."""
        value = self.values.get(number)
        if value is None:
            return b""
        if value.type in _FIXED:
            return struct.pack("<I", value.held)
        if not value.held & _KIND:
            return self.held(value.held)
        node = self.below.get(value.held)
        return self._file.whole(node.data) if node else b""

    def held(self, number: int) -> bytes:
        """What the heap holds under a number; none under 0."""
        place, block = number >> 5 & 0x7FF, number >> 16
        if not place:
            return b""
        data = self._blocks[block]
        start = int.from_bytes(data[:2], "little") + 4 + 2 * (place - 1)
        since, until = struct.unpack_from("<HH", data, start)
        return data[since:until]

    def _rows(self, number: int, level: int) -> Iterator[tuple[int, int, int]]:
        if level > _LEVELS_MOST:
            raise FileBroken("The archive is damaged.")
        data = self.held(number)
        if not level:
            yield from struct.iter_unpack("<HHI", data[: len(data) // 8 * 8])
            return
        for _, lower in struct.iter_unpack("<HI", data[: len(data) // 6 * 6]):
            yield from self._rows(lower, level - 1)
