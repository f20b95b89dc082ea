"""Outlook messages: a heading, who wrote to whom and when, what is said, and the names of what is attached.

A message is a compound file whose streams are named after properties, by number and type
([MS-OXMSG]). Its words stand in a plain stream, in one of HTML, or in compressed rich text ([MS-OXRTFCP]);
the first of these that there is is read.
"""

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import olefile  # type: ignore[import-untyped]

from aether.adapters.extraction import html, plain, rtf
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileTooComplex

VERSION = f"2 olefile {olefile.__version__}"

RICH_MOST = 64 * 2**20
"""The longest rich text, unpacked, in bytes."""

_SUBJECT, _SENDER, _SENDER_ADDRESS, _TO, _CC = "0037", "0C1A", "0C1F", "0E04", "0E03"
_BODY, _HTML, _RICH = "1000", "1013", "1009"
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME = "3707", "3704", "3001"
_SENT, _DELIVERED = 0x0039, 0x0E06
_INSTANT = 0x0040
_CODEPAGES = (0x3FDE, 0x3FFD)
_TOP_HEADER, _PROPERTY = 32, 16
_ATTACHED = re.compile(r"__attach_version1\.0_#[0-9A-F]{8}")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096


def read(source: Source) -> Extracted:
    """The text of an Outlook message; its metadata has what its properties say.

    Raises:
        FileBroken: It is damaged.
        FileTooComplex: Its rich text unpacks without bounds.
    """
    draft = Draft()
    try:
        with olefile.OleFileIO(source.path) as file:
            told = _message(draft, _Properties(file))
    except (FileTooComplex, FileBroken, MemoryError, RecursionError):
        raise
    except Exception as error:
        # What a damaged directory makes olefile raise has no bounds.
        raise FileBroken("The message is damaged.") from error
    return draft.finished(
        content_type=source.content_type,
        extractor="outlook",
        version=VERSION,
        title=told.pop("title", None),
        metadata=told,
    )


class _Properties:
    """The properties of a message, or of what is attached to it.

    Args:
        file: The compound file.
        folder: The storage of what is attached; empty for the message.
    """

    def __init__(self, file: Any, folder: str = "") -> None:
        self._file = file
        self._folder = folder
        self._fixed = self._fixed_properties()
        pages = [int.from_bytes(self._fixed[it][:4], "little") for it in _CODEPAGES if it in self._fixed]
        self._charset = {65001: "utf-8", 20127: "cp1252"}.get(pages[0], f"cp{pages[0]}") if pages else None

    def attached(self) -> list["_Properties"]:
        """What is attached."""
        folders = {path[0] for path in self._file.listdir() if _ATTACHED.fullmatch(path[0])}
        return [_Properties(self._file, folder) for folder in sorted(folders)]

    def text(self, number: str) -> str:
        """The property with this *number* as text; empty if there is none."""
        if data := self._stream(f"{number}001F"):
            return data.decode("utf-16-le", "replace").rstrip("\x00")
        return decode(self._stream(f"{number}001E"), declared=self._charset)[0].rstrip("\x00")

    def data(self, number: str) -> bytes:
        """The property with this *number* as bytes; none if there is none."""
        return self._stream(f"{number}0102")

    def instant(self, number: int) -> str:
        """The property with this *number* in ISO 8601; empty if there is none."""
        ticks = int.from_bytes(self._fixed.get(number, b""), "little")
        try:
            return (_EPOCH + timedelta(microseconds=ticks // 10)).isoformat() if ticks else ""
        except OverflowError:
            return ""

    def _stream(self, name: str) -> bytes:
        path = [*filter(None, [self._folder]), f"__substg1.0_{name}"]
        return bytes(self._file.openstream(path).read()) if self._file.exists("/".join(path)) else b""

    def _fixed_properties(self) -> dict[int, bytes]:
        """The properties that take eight bytes at most, by number."""
        path = "/".join([*filter(None, [self._folder]), "__properties_version1.0"])
        if not self._file.exists(path):
            return {}
        data = bytes(self._file.openstream(path).read())
        start = 8 if self._folder else _TOP_HEADER
        rows = (
            data[place : place + _PROPERTY] for place in range(start, len(data) - _PROPERTY + 1, _PROPERTY)
        )
        return {struct.unpack_from("<H", row, 2)[0]: row[8:] for row in rows}


def _message(draft: Draft, properties: _Properties) -> dict[str, Any]:
    sender = properties.text(_SENDER)
    address = properties.text(_SENDER_ADDRESS)
    told: dict[str, Any] = {
        "title": properties.text(_SUBJECT).strip(),
        "author": f"{sender} <{address}>" if "@" in address and address != sender else sender or address,
        "to": properties.text(_TO),
        "cc": properties.text(_CC),
        "created": properties.instant(_SENT) or properties.instant(_DELIVERED),
    }
    draft.add(told["title"] or "(no subject)", BlockKind.HEADING, level=1)
    shown = (("From", "author"), ("To", "to"), ("Cc", "cc"), ("Date", "created"))
    draft.add("\n".join(f"{name}: {told[key]}" for name, key in shown if told[key]))
    _body(draft, properties)
    names = [
        next(filter(None, map(it.text, (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))), "")
        for it in properties.attached()
    ]
    for name in filter(None, names):
        draft.add(f"Attached: {name}", BlockKind.LIST_ITEM)
    told["attachments"] = [name for name in names if name]
    return {name: value[:1000] for name, value in told.items() if value}


def _body(draft: Draft, properties: _Properties) -> None:
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
        FileTooComplex: It is longer than any letter.
    """
    if len(packed) < _PROPERTY:
        raise FileBroken("The text of the message is damaged.")
    _, size, kind, _ = struct.unpack_from("<II4sI", packed)
    if size > RICH_MOST:
        raise FileTooComplex("The text of the message unpacks into far more than a message holds.")
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
