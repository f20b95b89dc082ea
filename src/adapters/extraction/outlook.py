"""Outlook messages: a heading, who wrote to whom and when, what is said, and the names of what is attached.

What is attached is handed out as files, and a message within a message is read below it.

A message is a compound file whose streams are named after properties, by number and type
([MS-OXMSG]). Its words stand in a plain stream, in one of HTML, or in compressed rich text ([MS-OXRTFCP]);
the first of these that there is is read.
"""

import re
import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import olefile  # type: ignore[import-untyped]
from typing_extensions import override

from aether.adapters.extraction import html, plain, rtf
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.members import Members
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileTooComplex

VERSION = f"2 olefile {olefile.__version__}"

RICH_MOST = 64 * 2**20
"""The longest rich text, unpacked, in bytes."""

DEEP = 20
"""How deep messages may lie in each other, the outermost being 1; those that lie deeper are left out."""
ENCLOSED_MOST = 1_000
"""How many messages within one are read."""

_SUBJECT, _SENDER, _SENDER_ADDRESS, _TO, _CC = "0037", "0C1A", "0C1F", "0E04", "0E03"
_BODY, _HTML, _RICH = "1000", "1013", "1009"
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME = "3707", "3704", "3001"
_DATA, _ENDING = "3701", "3703"
_SENT, _DELIVERED = 0x0039, 0x0E06
_WIDE_TEXT, _TEXT, _BINARY = 0x001F, 0x001E, 0x0102
_PREFIXED = re.compile("^\x01.", re.DOTALL)
"""How archives write how much of a subject is a prefix such as `Re:`."""
_CODEPAGES = (0x3FDE, 0x3FFD)
_FIXED = "__properties_version1.0"
_TOP_HEADER, _ENCLOSED_HEADER, _ATTACHED_HEADER, _PROPERTY = 32, 24, 8, 16
_ATTACHED = re.compile(r"__attach_version1\.0_#[0-9A-F]{8}")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096


class TextTooLong(FileTooComplex):
    """The rich text of a message unpacks without bounds."""

    code = FileTooComplex.code


def read(source: Source) -> Extracted:
    """The text of an Outlook message; its metadata has what its properties say.

    Raises:
        FileBroken: It is damaged.
        FileTooComplex: Its rich text unpacks without bounds.
    """
    draft = Draft()
    try:
        with olefile.OleFileIO(source.path) as file:
            told = fill(draft, _Filed(file), source.members)
    except (FileTooComplex, FileBroken, MemoryError, RecursionError):
        raise
    except Exception as error:
        # What a damaged directory makes olefile raise has no bounds.
        raise FileBroken("The message is damaged.") from error
    told |= source.members.told()
    return draft.finished(
        content_type=source.content_type,
        extractor="outlook",
        version=VERSION,
        title=told.pop("title", None),
        metadata=told,
    )


class Properties(ABC):
    """The properties of a message, or of what is attached to it.

    Args:
        codepage: The charset of its texts of single bytes, as Windows numbers it; none if it does not say.
    """

    def __init__(self, codepage: int | None) -> None:
        known = {None: None, 65001: "utf-8", 20127: "cp1252"}
        self._charset = known.get(codepage, f"cp{codepage}")

    @abstractmethod
    def attached(self) -> "Sequence[Properties]":
        """What is attached."""

    @abstractmethod
    def enclosed(self) -> "Properties | None":
        """The message that is attached, if this is one."""

    @abstractmethod
    def value(self, number: str, type: int) -> bytes:
        """The property with this *number*, if it is of this *type*; none if there is no such."""

    @abstractmethod
    def ticks(self, number: int) -> int:
        """The instant with this *number*, in steps of 100 ns since 1601; 0 if there is none."""

    def text(self, number: str) -> str:
        """The property with this *number* as text; empty if there is none."""
        if data := self.value(number, _WIDE_TEXT):
            return data.decode("utf-16-le", "replace").rstrip("\x00")
        return decode(self.value(number, _TEXT), declared=self._charset)[0].rstrip("\x00")

    def data(self, number: str) -> bytes:
        """The property with this *number* as bytes; none if there is none."""
        return self.value(number, _BINARY)

    def instant(self, number: int) -> str:
        """The property with this *number* in ISO 8601; empty if there is none."""
        ticks = self.ticks(number)
        try:
            return (_EPOCH + timedelta(microseconds=ticks // 10)).isoformat() if ticks else ""
        except OverflowError:
            return ""


class _Filed(Properties):
    """The properties of a message that is a file, or of what is attached to it.

    Args:
        file: The compound file.
        folder: The storages on the way to it; none for the message itself.
        header: How many bytes stand before its fixed properties.
    """

    def __init__(self, file: Any, folder: tuple[str, ...] = (), header: int = _TOP_HEADER) -> None:
        self._file = file
        self._folder = folder
        self._fixed = self._fixed_properties(header)
        pages = [int.from_bytes(self._fixed[it][:4], "little") for it in _CODEPAGES if it in self._fixed]
        super().__init__(pages[0] if pages else None)

    @override
    def attached(self) -> Sequence[Properties]:
        depth = len(self._folder)
        paths = (it for it in self._file.listdir() if tuple(it[:depth]) == self._folder and len(it) > depth)
        folders = {path[depth] for path in paths if _ATTACHED.fullmatch(path[depth])}
        return [_Filed(self._file, (*self._folder, it), _ATTACHED_HEADER) for it in sorted(folders)]

    @override
    def enclosed(self) -> Properties | None:
        folder = (*self._folder, f"__substg1.0_{_DATA}000D")
        if not self._file.exists([*folder, _FIXED]):
            return None
        return _Filed(self._file, folder, _ENCLOSED_HEADER)

    @override
    def value(self, number: str, type: int) -> bytes:
        return self._bytes(f"__substg1.0_{number}{type:04X}")

    @override
    def ticks(self, number: int) -> int:
        return int.from_bytes(self._fixed.get(number, b""), "little")

    def _bytes(self, name: str) -> bytes:
        path = [*self._folder, name]
        return bytes(self._file.openstream(path).read()) if self._file.exists(path) else b""

    def _fixed_properties(self, header: int) -> dict[int, bytes]:
        """The properties that take eight bytes at most, by number."""
        data = self._bytes(_FIXED)
        rows = (
            data[place : place + _PROPERTY] for place in range(header, len(data) - _PROPERTY + 1, _PROPERTY)
        )
        return {struct.unpack_from("<H", row, 2)[0]: row[8:] for row in rows}


def fill(draft: Draft, properties: Properties, members: Members, folder: str = "") -> dict[str, Any]:
    """Add a message, and below it those that it encloses; give what it says of itself.

    What is attached goes to *members*, into *folder*; a message that lies too deep, or is one of too many,
    is noted there as left out.
    """
    told, enclosed = _add(draft, properties, 1, members, folder)
    waiting, room = [(it, 2) for it in reversed(enclosed)], ENCLOSED_MOST
    while waiting:
        message, level = waiting.pop()
        if level > DEEP or not room:
            name = message.text(_SUBJECT) or "(no subject)"
            members.leave_out(folder + name, FileTooComplex.code, "It lies within too many messages.")
            continue
        room -= 1
        _, enclosed = _add(draft, message, level, members, folder)
        waiting += [(it, level + 1) for it in reversed(enclosed)]
    return told


def _add(
    draft: Draft, properties: Properties, level: int, members: Members, folder: str
) -> tuple[dict[str, Any], list[Properties]]:
    """Add a message alone; give what it says of itself, and the messages that it encloses."""
    sender = properties.text(_SENDER)
    address = properties.text(_SENDER_ADDRESS)
    told: dict[str, Any] = {
        "title": _PREFIXED.sub("", properties.text(_SUBJECT)).strip(),
        "author": f"{sender} <{address}>" if "@" in address and address != sender else sender or address,
        "to": properties.text(_TO),
        "cc": properties.text(_CC),
        "created": properties.instant(_SENT) or properties.instant(_DELIVERED),
    }
    draft.add(told["title"] or "(no subject)", BlockKind.HEADING, level=level)
    shown = (("From", "author"), ("To", "to"), ("Cc", "cc"), ("Date", "created"))
    draft.add("\n".join(f"{name}: {told[key]}" for name, key in shown if told[key]))
    _body(draft, properties)
    attached = [(it, it.enclosed()) for it in properties.attached()]
    files = [it for it, message in attached if message is None]
    told["attachments"] = [name for name in map(_name, files) if name]
    for name in told["attachments"]:
        draft.add(f"Attached: {name}", BlockKind.LIST_ITEM)
    for number, file in enumerate(files, 1):
        name = _name(file) or f"{number}{file.text(_ENDING)}"
        members.attach(folder + name.replace("\\", "/").rpartition("/")[2], file.data(_DATA))
    enclosed = [message for _, message in attached if message is not None]
    return {name: value[:1000] for name, value in told.items() if value}, enclosed


def _name(file: Properties) -> str:
    return next(filter(None, map(file.text, (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))), "")


def _body(draft: Draft, properties: Properties) -> None:
    """Add what the message says, in the plainest form that there is."""
    if (said := properties.text(_BODY)).strip():
        plain.fill(draft, said)
    elif page := properties.data(_HTML):
        html.fill(draft, decode(page)[0])
    elif page := properties.text(_HTML).encode():
        html.fill(draft, page.decode())
    elif packed := properties.data(_RICH):
        rtf.fill(draft, unpacked(packed).decode("latin-1"))


def unpacked(packed: bytes) -> bytes:
    """The rich text that Outlook packed.

    Raises:
        FileBroken: It is cut off, or packed in no known way.
        TextTooLong: It is longer than any letter.
    """
    if len(packed) < _PROPERTY:
        raise FileBroken("The text of the message is damaged.")
    _, size, kind, _ = struct.unpack_from("<II4sI", packed)
    if size > RICH_MOST:
        raise TextTooLong("The text of the message unpacks into far more than a message holds.")
    if kind == b"MELA":
        return packed[_PROPERTY : _PROPERTY + size]
    if kind != b"LZFu":
        raise FileBroken("The text of the message is damaged.")
    return _spelled(packed, size)


def _spelled(packed: bytes, size: int) -> bytes:
    """The letters of *packed*: each bit of a flag says whether a letter follows, or a place in the window."""
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\x00"))
    write, place, said = len(_DICTIONARY), _PROPERTY, bytearray()
    while place < len(packed) and len(said) < size:
        flags = packed[place]
        place += 1
        for bit in range(8):
            start, count = write, 1
            if flags >> bit & 1:
                pair = int.from_bytes(packed[place : place + 2], "big")
                start, count = pair >> 4, (pair & 15) + 2
                place += 2
                if start == write or place > len(packed):
                    return bytes(said)
            elif place < len(packed):
                window[write] = packed[place]
                place += 1
            else:
                return bytes(said)
            for step in range(count):
                letter = window[(start + step) % _WINDOW]
                window[write] = letter
                write = (write + 1) % _WINDOW
                said.append(letter)
    return bytes(said[:size])
