"""Presigning: URLs with which clients reach the blob store themselves, for a while.

Not every store can do it. Whoever has such a URL needs no other proof of who they are, so it is
made only for those who may have the bytes, and soon ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aether.domain.blobs import Blob, BlobKey
from aether.domain.errors import Conflict, Forbidden, Invalid

LASTS_MOST_S = 900
"""How long a URL lasts at most, in seconds."""
PART_LEAST = 8 << 20
PARTS_MOST = 10_000
"""The least size of a part but the last, in bytes, and the most parts of a file."""


class PresigningOff(Forbidden):
    """The blob store of this Aether is not reached by clients themselves."""

    code = "DIRECT_UPLOADS_OFF"

    def __init__(self) -> None:
        super().__init__("Files do not go to the store directly here; use the upload's own URL.")


class PartsWrong(Invalid):
    """The parts that are there are not those of the file; those that are right stay."""

    code = "UPLOAD_PARTS_WRONG"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The parts are not those of the file: {reason}.", field="parts")


class UploadIsDirect(Conflict):
    """The upload takes its bytes by the URLs of its parts alone."""

    code = "UPLOAD_IS_DIRECT"

    def __init__(self, id: str) -> None:
        super().__init__(f"The bytes of the upload {id} go to the URLs of its parts.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a file is cut into parts: all have the same size but the last."""

    length: int
    size: int

    @classmethod
    def of(cls, length: int) -> "Cut":
        """How a file of *length* bytes is cut: in parts of whole mebibytes, as few as may be."""
        mebibytes = -(-length // (PARTS_MOST << 20))
        return cls(length=length, size=max(PART_LEAST, mebibytes << 20))

    @property
    def count(self) -> int:
        """How many parts there are."""
        return -(-self.length // self.size)

    def sized(self, number: int) -> int:
        """The size of a part, in bytes; the first has the number 1.

        Raises:
            PartsWrong: There is no such part.
        """
        if not 1 <= number <= self.count:
            raise PartsWrong(f"there is no part {number} of {self.count}")
        return min(self.size, self.length - (number - 1) * self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartUrl:
    """Where a part goes by `PUT`.

    Attributes:
        size: How many bytes it has, all of which must come at once.
    """

    number: int
    size: int
    url: str


class Presigning(Protocol):
    """A blob store that clients reach themselves."""

    async def url(self, key: BlobKey, *, filename: str, content_type: str, seconds: int) -> str:
        """Where a blob is had for so many *seconds*, as a download of that name and type."""
        ...

    async def begin(self, name: str) -> str:
        """Begin a file that comes in parts under *name*; gives the store's own word for it."""
        ...

    async def part_urls(
        self, name: str, begun: str, sizes: Mapping[int, int], *, seconds: int
    ) -> Sequence[PartUrl]:
        """Where the parts of these numbers and *sizes* go, for so many *seconds*."""
        ...

    async def assemble(self, name: str, begun: str, tags: Mapping[int, str], *, cut: Cut) -> None:
        """Put the parts together; what was put together before stays so.

        Raises:
            PartsWrong: They are not there, have other tags, or other sizes than they should.
            BlobMissing: Nothing was begun under that name, or it is given up.
        """
        ...

    async def adopt(self, name: str, *, length: int, sha256: str | None) -> Blob:
        """Keep what was put together as a blob; it stays under *name* until it is abandoned.

        Raises:
            BlobMissing: Nothing was put together.
            PartsWrong: It has another length.
            ChecksumWrong: It has another hash than *sha256*, in hexadecimal.
        """
        ...

    async def abandon(self, name: str, begun: str) -> None:
        """Leave nothing under *name*."""
        ...
