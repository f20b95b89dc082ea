"""Outlook archives: a page for each message, read as an Outlook message is, folder by folder."""

import struct
from collections.abc import Sequence
from contextlib import suppress

from typing_extensions import override

from aether.adapters.extraction import outlook
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.outlook import Properties
from aether.adapters.extraction.storefiles import ATTACHED, MESSAGE, Heap, Node, StoreFile
from aether.adapters.extraction.titles import titled
from aether.domain.texts import Draft, Extracted, FileBroken

VERSION = "1"

_NAME, _CODEPAGES = 0x3001, (0x3FDE, 0x3FFD)
_ENCLOSED = 0x3701
_OBJECT = 0x000D
_SPOILED = (FileBroken, outlook.TextTooLong, RecursionError, struct.error, IndexError)
"""What is raised by a message that cannot be read."""
_DEPTH_MOST = 50
"""How deep folders may lie in each other."""


def read(source: Source) -> Extracted:
    """The text of the messages of an archive.

    Raises:
        FileUnsupported: It is packed in a way that is not known.
        FileBroken: It is damaged.
    """
    draft = Draft()
    try:
        with source.path.open("rb") as file:
            count = _fill(draft, StoreFile(file), source)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise FileBroken("The archive is damaged.") from error
    extracted = draft.finished(
        content_type=source.content_type,
        extractor="store",
        version=VERSION,
        metadata={"page_count": count, **source.members.told()},
    )
    return titled(extracted, None)


def _fill(draft: Draft, store: StoreFile, source: Source) -> int:
    folders: dict[int, str] = {}
    found = [(_folder(store, it.parent, folders), it) for it in store.nodes(MESSAGE)]
    found.sort(key=lambda it: it[0])
    for number, (folder, node) in enumerate(found, 1):
        draft.turn()
        with suppress(*_SPOILED):  # The others are read.
            outlook.fill(draft, _Stored(store, node), source.members, f"{folder}{number}/")
        source.on_page(number, len(found))
    return len(found)


def _folder(store: StoreFile, id: int, known: dict[int, str]) -> str:
    """The path of a folder; empty for the outermost, which has no name."""
    steps: list[str] = []
    for _ in range(_DEPTH_MOST):
        node = store.node(id)
        if node is None or node.parent == id:
            break
        if id not in known:
            known[id] = _Stored(store, node).text(f"{_NAME:04X}").replace("/", "-").strip()
        steps.insert(0, known[id])
        id = node.parent
    return "".join(f"{step}/" for step in steps if step)


class _Stored(Properties):
    """The properties of a message in an archive, of a folder, or of what is attached.

    Args:
        store: The archive.
        node: Where it is.
        within: The blocks of what it lies in.
    """

    def __init__(self, store: StoreFile, node: Node, within: frozenset[int] = frozenset()) -> None:
        self._store = store
        self._heap = Heap(store, node)
        self._within = within | {node.data}
        pages = (int.from_bytes(self._heap.data(it)[:4], "little") for it in _CODEPAGES)
        super().__init__(next(filter(None, pages), None))

    @override
    def attached(self) -> Sequence[Properties]:
        below = sorted(self._heap.below.values())
        return [_Stored(self._store, it, self._within) for it in below if it.kind == ATTACHED]

    @override
    def enclosed(self) -> Properties | None:
        value = self._heap.values.get(_ENCLOSED)
        if value is None or value.type != _OBJECT:
            return None
        held = self._heap.held(value.held)
        node = self._heap.below.get(int.from_bytes(held[:4], "little"))
        if not node or not node.data or node.data in self._within:  # What lies within itself never ends.
            return None
        return _Stored(self._store, node, self._within)

    @override
    def value(self, number: str, type: int) -> bytes:
        key = int(number, 16)
        value = self._heap.values.get(key)
        return self._heap.data(key) if value and value.type == type else b""

    @override
    def ticks(self, number: int) -> int:
        return int.from_bytes(self._heap.data(number)[:8], "little")
