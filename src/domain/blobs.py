"""Blobs: bytes, kept under the hash of what they are.

A blob never changes; the same bytes are kept once, however often they come. It is whole
or not there at all: an upload that ends early, grows too large or finds the disk full
leaves nothing behind. Who may read a blob is decided by what points at it, never here.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NewType, Protocol

from aether.domain.errors import Invalid, Missing, Unavailable

BlobKey = NewType("BlobKey", str)
"""Names a blob: the SHA-256 of its bytes, 64 lower-case hexadecimal digits."""

PIECE = 65_536
"""The size of the pieces in which blobs are read, in bytes."""

_KEY = re.compile(r"[0-9a-f]{64}")


class BlobMissing(Missing):
    """There is no such blob."""

    code = "BLOB_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such blob.")


class FileEmpty(Invalid):
    """The file has no bytes."""

    code = "FILE_EMPTY"

    def __init__(self, message: str = "The file is empty.") -> None:
        super().__init__(message, field="file")


class FileTooLarge(Invalid):
    """The file has more bytes than may be kept.

    Attributes:
        most: The limit, in bytes.
    """

    code = "FILE_TOO_LARGE"

    def __init__(self, most: int) -> None:
        super().__init__(f"The file is larger than {most:,} bytes.", field="file")
        self.most = most


class StoreDown(Unavailable):
    """The blob store does not answer."""

    code = "STORE_DOWN"


class StoreFull(Unavailable):
    """The blob store has no room left."""

    code = "STORE_FULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Bytes that are kept.

    Attributes:
        size: How many bytes they are.
        sha256: Their hash, in hexadecimal.
    """

    key: BlobKey
    size: int
    sha256: str


class Blobs(Protocol):
    """Where blobs are kept."""

    async def keep(self, stream: AsyncIterator[bytes], *, most: int) -> Blob:
        """Keep what *stream* gives, at most *most* bytes; safe on the disk when this returns.

        Raises:
            FileEmpty: The stream gave nothing.
            FileTooLarge: It gave more than *most* bytes.
            StoreFull: There is no room for it.
            StoreDown: The store does not answer.
        """
        ...

    def open(self, key: BlobKey, part: range | None = None) -> AsyncIterator[bytes]:
        """The bytes of a blob, in pieces of at most `PIECE` bytes; with *part* only those, which it has.

        Raises:
            BlobMissing: There is none, found when the first piece is asked for.
        """
        ...

    def local(self, key: BlobKey) -> AbstractAsyncContextManager[Path]:
        """A file with the bytes of a blob, to be read and never written, until the context ends.

        Raises:
            BlobMissing: There is none.
        """
        ...

    async def size(self, key: BlobKey) -> int:
        """The size of a blob, in bytes.

        Raises:
            BlobMissing: There is none.
        """
        ...

    async def remove(self, key: BlobKey, *, before: datetime | None = None) -> bool:
        """Forget a blob, if it is there; with *before* only if its bytes came last before then.

        Gives whether it is gone. Bytes that come again meanwhile stay.
        """
        ...

    async def listed(
        self, *, after: BlobKey | None = None
    ) -> tuple[Mapping[BlobKey, datetime], BlobKey | None]:
        """Some of the blobs, by their keys, with when their bytes came last.

        With them comes what asks for more as *after*: none when there are no more.
        """
        ...

    async def ping(self) -> None:
        """Ask whether blobs can be kept.

        Raises:
            StoreDown: They cannot.
        """
        ...

    async def sweep(self) -> int:
        """Remove what crashes left of blobs that never became whole; gives back how much that was.

        Raises:
            StoreDown: The store does not answer.
        """
        ...


def key_of(value: str) -> BlobKey:
    """*value* as a blob's key.

    Raises:
        BlobMissing: It is none, so nothing is kept under it.
    """
    if not _KEY.fullmatch(value):
        raise BlobMissing
    return BlobKey(value)


async def pieces_of(data: bytes) -> AsyncIterator[bytes]:
    """Bytes at hand as a stream, for `Blobs.keep`."""
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]
