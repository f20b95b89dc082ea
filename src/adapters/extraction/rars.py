"""RAR archives of the newer kind: which of their files are under a password.

Not every libarchive notices, and what it then unpacks is noise.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_MARK = 8
_CHECKSUM = 4
_BEGUN = 16
"""How many bytes of a header tell at least how long it is."""
_FILE, _END = 2, 5
_HAS_EXTRA, _HAS_DATA = 1, 2
_HAS_TIME, _HAS_SUM = 2, 4
_SEAL = 1
_HEAD_MOST = 2**21
"""The longest header, in bytes."""


def sealed_in(path: Path) -> frozenset[str]:
    """The paths of the files that are under a password, up to where the archive is damaged."""
    sealed: set[str] = set()
    with suppress(IndexError):
        sealed.update(_sealed(path))
    return frozenset(sealed)


def _sealed(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        place = _MARK
        while True:
            file.seek(place)
            head = _Fields(file.read(_BEGUN), _CHECKSUM)
            end = head.number() + head.place
            head.data += file.read(max(0, min(end, _HEAD_MOST) - _BEGUN))
            kind, flags = head.number(), head.number()
            extra = head.number() if flags & _HAS_EXTRA else 0
            data = head.number() if flags & _HAS_DATA else 0
            if kind == _END:
                return
            if kind == _FILE and _has_seal(_Fields(head.data[:end], end - extra)):
                yield head.name()
            place += end + data


class _Fields:
    """The fields of a header, read one after the other from a *place* on."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data = data
        self.place = place

    def number(self) -> int:
        """The next number: seven bits in a byte, the lowest first, and one that says whether more follow."""
        number = shift = 0
        while True:
            byte = self.data[self.place]
            self.place += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128 or shift > 63:  # noqa: PLR2004 - the bits of a byte, and of a number
                return number

    def name(self) -> str:
        """What a file is called, from the beginning of its own fields on."""
        flags, _, _ = self.number(), self.number(), self.number()
        self.place += (4 if flags & _HAS_TIME else 0) + (4 if flags & _HAS_SUM else 0)
        _, _, size = self.number(), self.number(), self.number()
        return self.data[self.place : self.place + size].decode("utf-8", "replace")


def _has_seal(extra: _Fields) -> bool:
    """Whether one of the records at the end of a header says how the file is encrypted."""
    while extra.place < len(extra.data):
        end = extra.number() + extra.place
        if extra.number() == _SEAL:
            return True
        extra.place = end
    return False
