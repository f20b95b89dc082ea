"""The bytes of unfinished uploads in a folder: one file for each, which only ever grows.

Whoever adds to a file locks it for each piece, and finds it as long as they believe it to be, or
is refused: two who add at once never mix their bytes, on whatever machines they run. A file
that became a blob has a second name there, and takes nothing more. What is to be checked first
comes into a file aside.
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Protocol

import google_crc32c
from typing_extensions import override

from aether.adapters.folder.blobs import GATHERED, apart, flush, place_of
from aether.domain.blobs import PIECE, Blob, BlobKey, Blobs
from aether.domain.uploads import Checksum, ChecksumWrong, OffsetWrong, Staging, UploadGone, UploadId

_ID = re.compile(r"upload_[0-9a-z]{26}")


class FolderStaging(Staging):
    """Bytes in the folder *root*, which every process that takes uploads in must share.

    Args:
        root: The folder.
        blobs: What they become: blobs in a folder on the same disk, or in any store, to which they are sent.
    """

    def __init__(self, root: Path, *, blobs: Path | Blobs) -> None:
        self._root = root
        self._aside = root / "aside"
        self._blobs = blobs

    @override
    async def size(self, id: UploadId) -> int:
        return await apart(_size, self._path(id))

    @override
    async def append(
        self, id: UploadId, stream: AsyncIterator[bytes], *, at: int, checksum: Checksum | None = None
    ) -> int:
        growing = _Growing(id, self._path(id), at)
        await apart(growing.check)
        if checksum is not None:
            return await self._checked(growing, stream, checksum)
        try:
            await _poured(stream, growing.write)
        finally:
            await apart(growing.close)
        return growing.size

    async def _checked(self, growing: "_Growing", stream: AsyncIterator[bytes], checksum: Checksum) -> int:
        aside = _Aside(self._aside, checksum)
        try:
            await _poured(stream, aside.write)
            await apart(aside.give, growing)
        finally:
            await apart(aside.close)
            await apart(growing.close)
        return growing.size

    @override
    async def join(self, id: UploadId, parts: Sequence[UploadId]) -> int:
        return await apart(self._joined, self._path(id), [(part, self._path(part)) for part in parts])

    def _joined(self, path: Path, parts: Sequence[tuple[UploadId, Path]]) -> int:
        whole = sum(_size(part) for _, part in parts)
        if 0 < whole == _size(path):
            return whole
        self._aside.mkdir(parents=True, exist_ok=True)
        fresh = self._aside / secrets.token_hex(16)
        try:
            with fresh.open("xb") as target:
                for id, part in parts:
                    with _opened(id, part) as source:
                        shutil.copyfileobj(source, target, GATHERED)
                target.flush()
                os.fsync(target.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        flush(self._root)
        return whole

    @override
    async def settle(self, id: UploadId) -> Blob:
        path = self._path(id)
        if isinstance(self._blobs, Path):
            return await apart(_settled, id, path, self._blobs)
        with await apart(_opened, id, path) as file:
            whole = os.fstat(file.fileno()).st_size
            return await self._blobs.keep(_pieces(file), most=whole)

    @override
    async def remove(self, ids: Collection[UploadId]) -> None:
        for id in ids:
            await apart(self._path(id).unlink, missing_ok=True)

    @override
    async def sweep(self, *, before: datetime) -> int:
        return await apart(self._swept, before.timestamp())

    def _swept(self, before: float) -> int:
        swept = 0
        for folder in (self._root, self._aside):
            for path in folder.glob("*"):
                with suppress(FileNotFoundError):
                    if path.is_file() and path.stat().st_mtime < before:
                        path.unlink()
                        swept += 1
        return swept

    def _path(self, id: UploadId) -> Path:
        if not _ID.fullmatch(id):
            raise UploadGone(id)
        return self._root / id


class _Growing:
    """The file of an upload, and how long it must be for us to add to it."""

    def __init__(self, id: UploadId, path: Path, size: int) -> None:
        self._id = id
        self._path = path
        self._file: FileIO | None = None
        self.size = size

    def check(self) -> None:
        """Refuse if the file is longer or shorter."""
        if (found := _size(self._path)) != self.size:
            raise OffsetWrong(found)

    def write(self, piece: bytearray) -> None:
        """Add *piece*."""
        with self._ours() as file:
            rest = memoryview(piece)
            while rest:
                written = file.write(rest)
                self.size += written
                rest = rest[written:]

    def take(self, source: Path) -> None:
        """Add all bytes of *source*, or none."""
        with self._ours() as file, source.open("rb") as given:
            try:
                while piece := given.read(GATHERED):
                    _written(file, piece)
            except OSError:
                file.truncate(self.size)
                raise
            self.size = file.tell()

    @contextmanager
    def _ours(self) -> Iterator[FileIO]:
        """The file, for us alone, and at its end."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666), "r+")
            flush(self._path.parent)
        with _locked(self._file):
            found = os.fstat(self._file.fileno())
            if found.st_nlink == 0:
                raise UploadGone(self._id)
            if found.st_size != self.size or found.st_nlink > 1:
                raise OffsetWrong(found.st_size)
            self._file.seek(self.size)
            yield self._file

    def close(self) -> None:
        """Have the disk know all that was added."""
        if self._file is not None:
            with self._file as file:
                os.fsync(file.fileno())


class _Digest(Protocol):
    def update(self, piece: bytearray, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    """The CRC-32 of zlib and PNG, as hashes are asked for."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytearray) -> None:
        self._value = zlib.crc32(piece, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


class _Crc32c:
    """The CRC-32 of Castagnoli, as iSCSI, S3 and others have it."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytearray) -> None:
        self._value = google_crc32c.extend(self._value, bytes(piece))

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


_DIGESTS: dict[str, Callable[[], _Digest]] = {
    "sha256": hashlib.sha256,
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "crc32": _Crc32,
    "crc32c": _Crc32c,
}


class _Aside:
    """Bytes that are not kept until they are checked."""

    def __init__(self, folder: Path, checksum: Checksum) -> None:
        self._path = folder / secrets.token_hex(16)
        self._expected = checksum.digest
        self._digest = _DIGESTS[checksum.algorithm]()
        self._file: FileIO | None = None

    def write(self, piece: bytearray) -> None:
        """Add *piece*."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self._path, "xb")
        self._digest.update(piece)
        _written(self._file, piece)

    def give(self, growing: _Growing) -> None:
        """Add the bytes to *growing*, if they are those of the checksum."""
        if self._digest.digest() != self._expected:
            raise ChecksumWrong
        if self._file is not None:
            growing.take(self._path)

    def close(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)


def _written(file: FileIO, piece: bytes | bytearray) -> None:
    """Write all of *piece*: a disk that is nearly full takes some of it, and says so only the next time."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


async def _poured(stream: AsyncIterator[bytes], write: Callable[[bytearray], None]) -> None:
    """Hand *stream* on in pieces, also what came before it broke off."""
    gathered = bytearray()
    try:
        async for piece in stream:
            gathered += piece
            if len(gathered) >= PIECE:
                whole, gathered = gathered, bytearray()
                await apart(write, whole)
    finally:
        if gathered:
            await apart(write, gathered)


def _settled(id: UploadId, path: Path, blobs: Path) -> Blob:
    """The upload as a blob in the folder *blobs*."""
    with _opened(id, path) as file, _locked(file):
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
        key = BlobKey(hashlib.file_digest(file, "sha256").hexdigest())
        place = place_of(blobs, key)
        place.parent.mkdir(parents=True, exist_ok=True)
        _named(path, place)
        os.utime(place)  # its bytes came now, for whoever removes old ones
    for folder in (place.parent, place.parent.parent, blobs):
        flush(folder)
    return Blob(key=key, size=size, sha256=key)


async def _pieces(file: FileIO) -> AsyncIterator[bytes]:
    while piece := await apart(file.read, PIECE):
        yield piece


@contextmanager
def _locked(file: FileIO) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _opened(id: UploadId, path: Path) -> FileIO:
    try:
        return FileIO(path, "rb")
    except FileNotFoundError:
        raise UploadGone(id) from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _named(path: Path, place: Path) -> None:
    """Give the file *path* its place as a blob too; a copy where a disk gives no second names."""
    try:
        os.link(path, place)
    except FileExistsError:
        return
    except OSError:
        fresh = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
        shutil.copyfile(path, fresh)
        with fresh.open("rb") as copied:
            os.fsync(copied.fileno())
        fresh.replace(place)
