"""Where uploads are kept, and where their bytes lie until they are whole."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aether.domain import trash, users
from aether.domain.blobs import Blob
from aether.domain.uploads.entity import Checksum, Upload, UploadId
from aether.domain.users import UserId


class Uploads(Protocol):
    """Where uploads are kept."""

    async def get_many(self, ids: Collection[UploadId]) -> Mapping[UploadId, Upload]:
        """Those of the uploads that exist, by id; the others are left out."""
        ...

    async def lock(self, id: UploadId) -> Upload | None:
        """The upload, which nobody else changes until this transaction ends."""
        ...

    async def add(self, upload: Upload) -> None:
        """Keep a new upload."""
        ...

    async def put(self, upload: Upload) -> None:
        """Keep *upload* as it now is."""
        ...

    async def remove(self, ids: Collection[UploadId]) -> None:
        """Forget those of the uploads that are there."""
        ...

    async def unfinished(self, user: UserId, *, now: datetime) -> int:
        """How many uploads of the user can still take bytes."""
        ...

    async def expired(self, *, before: datetime, limit: int) -> Sequence[Upload]:
        """Uploads of all tenants that expired before then, the longest expired first."""
        ...

    async def unended(self, *, now: datetime, limit: int) -> Sequence[Upload]:
        """Uploads of all tenants that a worker is to finish and to look at by now, the longest due first."""
        ...


class Staging(Protocol):
    """Where the bytes of unfinished uploads lie. How many there are is known here, and nowhere else."""

    async def size(self, id: UploadId) -> int:
        """How many bytes are kept; 0 if there are none."""
        ...

    async def append(
        self, id: UploadId, stream: AsyncIterator[bytes], *, at: int, checksum: Checksum | None = None
    ) -> int:
        """Keep what *stream* gives behind the first *at* bytes, which must be all there are.

        What came is safe on the disk when this returns, and also when the stream breaks off; with a
        checksum it is kept in one step, or not at all.

        Returns:
            How many bytes are kept now.

        Raises:
            OffsetWrong: There are more or fewer bytes, or somebody else went on meanwhile.
            ChecksumWrong: These are not the bytes of the checksum.
            UploadGone: The bytes were removed meanwhile.
            StoreFull: There is no room; what fitted is kept.
            StoreDown: The store does not answer.
        """
        ...

    async def join(self, id: UploadId, parts: Sequence[UploadId]) -> int:
        """Keep the bytes of *parts*, one after the other, as those of *id*; gives their number.

        Raises:
            UploadGone: A part has none.
        """
        ...

    async def settle(self, id: UploadId) -> Blob:
        """Make a blob of the bytes, which stay here too, and take no more; doing it twice gives the same.

        Raises:
            UploadGone: There are none.
        """
        ...

    async def remove(self, ids: Collection[UploadId]) -> None:
        """Forget the bytes of the uploads, if there are any."""
        ...

    async def sweep(self, *, before: datetime) -> int:
        """Forget bytes that nobody has added to since then; gives the number of uploads."""
        ...


class Work(trash.Work, users.Work, Protocol):
    """A transaction in which uploads can be read and written."""

    @property
    def uploads(self) -> Uploads:
        """The uploads."""
        ...
