"""Slide files: the records of a binary presentation, and where its slides are ([MS-PPT]).

A record is a container of others, or holds values. A file is saved by adding records to its end, so that it
says in a directory, which later ones amend, where each slide is by now.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from aether.adapters.extraction.compounds import Compound
from aether.domain.texts import FileBroken, FileEncrypted

SLIDES, NOTES = 0, 2
"""What is listed."""

_DOCUMENT, _LIST, _LISTED = 0x03E8, 0x0FF0, 0x03F3
_TEXT, _CHARACTERS, _BYTES = 0x0F9F, 0x0FA0, 0x0FA8
_EDIT, _DIRECTORY = 0x0FF5, 0x1772
_SEALED = 0xF3D1C4DF
_SEALED_EDIT = 32
"""How long an edit is that says how the file is encrypted, in bytes."""
_EDITS_MOST = 10_000
_HEADER = 8


class Record(NamedTuple):
    """A record.

    Attributes:
        data: The whole file.
        start: Where its content begins.
        end: Where it ends.
        instance: What distinguishes records of its kind.
    """

    data: bytes
    start: int
    end: int
    kind: int
    instance: int
    holds_others: bool

    @property
    def content(self) -> bytes:
        """Its bytes, without its header."""
        return self.data[self.start : self.end]

    def inside(self) -> "Iterator[Record]":
        """The records in it, in order; none if it holds values."""
        place = self.start if self.holds_others else self.end
        while place + _HEADER <= self.end:
            record = record_at(self.data, place, self.end)
            yield record
            place = record.end

    def first(self, kind: int) -> "Record | None":
        """The first record of a kind in it."""
        return next((it for it in self.inside() if it.kind == kind), None)

    def below(self, *kinds: int) -> "Iterator[Record]":
        """The records of some kinds in it, at any depth, in order."""
        for record in self.inside():
            if record.kind in kinds:
                yield record
            else:
                yield from record.below(*kinds)


class Text(NamedTuple):
    """What a shape says, and what kind of text that is, by its number."""

    kind: int
    said: str


class Listed(NamedTuple):
    """A slide, or the notes of one, in a list.

    Attributes:
        record: It itself.
        id: What others call it by.
        texts: The texts to which it only refers, by their places.
    """

    record: Record
    id: int
    texts: list[Text]


_NOTHING = Record(b"", 0, 0, 0, 0, holds_others=False)


def add_text(texts: list[Text], record: Record) -> None:
    """Add to *texts* what *record* says, if it begins a text or goes on with it."""
    if record.kind == _TEXT:
        texts.append(Text(int.from_bytes(record.content[:4], "little"), ""))
    elif record.kind == _CHARACTERS and texts:
        texts[-1] = Text(texts[-1].kind, record.content.decode("utf-16-le", "replace"))
    elif record.kind == _BYTES and texts:  # The lower halves of characters.
        texts[-1] = Text(texts[-1].kind, record.content.decode("latin-1"))


def record_at(data: bytes, place: int, end: int) -> Record:
    """The record at a *place* of a file, or of what ends at *end*."""
    version, kind, size = struct.unpack_from("<HHI", data, place)
    start = place + _HEADER
    return Record(data, start, min(start + size, end), kind, version >> 4, version & 15 == 15)  # noqa: PLR2004


class SlideFile:
    """A presentation's records.

    Attributes:
        document: What the presentation is as a whole.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileBroken: It is damaged.
    """

    def __init__(self, compound: Compound) -> None:
        self._data = compound.stream("PowerPoint Document")
        mark, edit = struct.unpack_from("<II", compound.stream("Current User"), 12)
        if mark == _SEALED:
            raise FileEncrypted("The presentation is protected by a password.")
        self._places: dict[int, int] = {}
        number = self._listed_by(edit)
        document = self._found(number)
        if document is None or document.kind != _DOCUMENT:
            raise FileBroken("The presentation is damaged.")
        self.document = document

    def listed(self, kind: int) -> list[Listed]:
        """The slides, or the notes, in the order of the show."""
        lists = (it for it in self.document.inside() if it.kind == _LIST and it.instance == kind)
        found: list[Listed] = []
        texts: list[Text] = []
        for record in next(lists, _NOTHING).inside():
            if record.kind == _LISTED:
                number, _, _, id = struct.unpack_from("<IIII", record.content)
                texts = []
                if slide := self._found(number):
                    found.append(Listed(slide, id, texts))
            else:
                add_text(texts, record)
        return found

    def _listed_by(self, place: int) -> int:
        """Take note where an edit, and all before it, say that records are; gives the document's number."""
        document = 0
        for _ in range(_EDITS_MOST):
            edit = record_at(self._data, place, len(self._data))
            if edit.kind != _EDIT:
                raise FileBroken("The presentation is damaged.")
            if edit.end - edit.start >= _SEALED_EDIT:
                raise FileEncrypted("The presentation is protected by a password.")
            place, directory, number = struct.unpack_from("<8xIII", edit.content)
            document = document or number
            self._read_directory(directory)
            if not place:
                break
        return document

    def _read_directory(self, place: int) -> None:
        record = record_at(self._data, place, len(self._data))
        words = struct.unpack_from(f"<{(record.end - record.start) // 4}I", record.content)
        at = 0
        while record.kind == _DIRECTORY and at < len(words):
            first, count = words[at] & 0xF_FFFF, words[at] >> 20
            for number, where in enumerate(words[at + 1 : at + 1 + count], first):
                self._places.setdefault(number, where)
            at += 1 + count

    def _found(self, number: int) -> Record | None:
        place = self._places.get(number)
        return None if place is None else record_at(self._data, place, len(self._data))
